"""Measures of brand performance: by hand on a small panel, against theory on large ones, and what always holds."""

import json
import math
import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import DataError
from sim.measure.dirichlet import Dirichlet
from sim.measure.panel import Panel, read_panel
from sim.measure.performance import THEORETICAL, Measures, measure, share_of_heaviest

# Shopper, day, brand, units, price: ann buys acme three times and bolt once, bob acme, cyd bolt and other, dot other.
SMALL = [
    ("ann", 0, "acme", 1, 2.0),
    ("ann", 2, "acme", 1, 2.0),
    ("ann", 9, "acme", 2, 1.5),
    ("ann", 3, "bolt", 1, 4.0),
    ("bob", 1, "acme", 1, 2.0),
    ("cyd", 8, "bolt", 3, 3.0),
    ("cyd", 5, "other", 1, math.nan),
    ("dot", 6, "other", 1, math.nan),
]
ZIPF = (1 / np.arange(1, 9)) / (1 / np.arange(1, 9)).sum()


def panel_of(rows=SMALL, **options) -> Panel:
    columns = dict(zip(("shopper", "day", "brand", "units", "price"), map(list, zip(*rows, strict=True)), strict=True))
    return read_panel(pa.table(columns), **options)


def by_brand(measures: Measures) -> dict[str, dict]:
    return {brand["brand"]: brand for brand in measures.brands}


def test_a_panel_of_four_buyers_can_be_checked_by_hand():
    measures = measure(panel_of(panelists=10))
    acme, bolt = by_brand(measures)["acme"], by_brand(measures)["bolt"]
    expected = {
        "share": 4 / 8,
        "share_units": 5 / 11,
        "penetration": 2 / 10,
        "purchase_frequency": 4 / 2,
        "category_rate": 5 / 2,
        "share_of_requirements": 4 / 5,
        "sole_buyers": 1 / 2,
        "sole_rate": 1.0,
        "repeat_rate": 1 / 2,  # ann and bob bought on days 0 to 4, ann again on days 5 to 9
        "repertoire": 3 / 2,
        "price": (2 + 2 + 2 * 1.5 + 2) / 5,
    }
    assert {name: acme[name] for name in expected} == pytest.approx(expected)
    assert bolt["sole_buyers"] == 0
    assert math.isnan(bolt["sole_rate"])
    assert measures.duplication[0].tolist() == [1, 1 / 2, 0]
    assert measures.duplication[1].tolist() == [1 / 2, 1, 1 / 2]


def test_the_category_of_four_buyers_can_be_checked_by_hand():
    category = measure(panel_of(panelists=10)).category
    expected = {
        "panelists": 10,
        "buyers": 4,
        "purchases": 8,
        "units": 11,
        "days": 10,
        "penetration": 0.4,
        "purchases_per_buyer": 2.0,
        "brands_per_buyer": 6 / 4,
        "price": (2 + 2 + 3 + 4 + 2 + 9) / 9,
        "heavy_buyer_share": 0.8 * 4 / 8,  # a fifth of four buyers is .8 of ann
        "M": 0.8,
        "D": 0.5 / 0.2,  # acme and bolt only: the pool of small brands is left out
    }
    assert {name: category[name] for name in expected} == pytest.approx(expected)


def test_measures_are_given_as_json_and_as_tables():
    measures = measure(panel_of(panelists=10))
    written = json.loads(json.dumps(measures.to_json(), allow_nan=False))
    assert list(written) == ["category", "brands"]
    assert written["brands"][0]["brand"] == "acme"
    assert {"share", "penetration", "purchase_frequency", "share_of_requirements", "sole_buyers"} < set(
        written["brands"][0]
    )
    assert {f"{name}_dirichlet" for name in THEORETICAL} < set(written["brands"][0])
    assert written["brands"][1]["sole_rate"] is None
    tables = measures.as_tables()
    assert tables["brands"].num_rows == 3
    assert tables["duplication"].num_rows == 9
    assert tables["category"].column_names == ["measure", "value"]


def test_without_known_panelists_penetrations_refer_to_category_buyers(sample_dirichlet_panel):
    everyone = sample_dirichlet_panel(3.0, 0.6, 1.5, ZIPF, panelists=20_000, seed=5)
    buyers = Panel(**{**everyone.__dict__, "panelists": None})
    known, unknown = measure(everyone), measure(buyers)
    assert math.isnan(unknown.category["penetration"])
    reach = known.category["penetration"]
    assert unknown.column("penetration") == pytest.approx(known.column("penetration") / reach)
    # The number of non-buyers is told from the buyers alone: K within .1 (standard error .03 over 20,000 shoppers).
    assert unknown.category["K"] == pytest.approx(0.6, abs=0.1)
    assert unknown.category["S"] == pytest.approx(1.5, rel=0.1)
    assert unknown.column("penetration_dirichlet") == pytest.approx(
        known.column("penetration_dirichlet") / reach, rel=0.03
    )


def test_estimators_find_the_parameters_of_sampled_markets(sample_dirichlet_panel):
    """Twelve panels of 6,000: the mean estimate lies within four of its standard errors of the truth."""
    truth = {"M": 3.0, "K": 0.6, "K_likelihood": 0.6, "S": 1.5, "S_likelihood": 1.5}
    samples = [sample_dirichlet_panel(3.0, 0.6, 1.5, ZIPF, panelists=6_000, seed=seed) for seed in range(12)]
    found = [measure(sample).category for sample in samples]
    for name, true in truth.items():
        values = np.array([category[name] for category in found])
        error = values.std(ddof=1) / math.sqrt(len(values))
        assert abs(values.mean() - true) < 4 * error, name
        assert error < 0.03 * true, name  # and the standard error is small enough to mean something


def test_measures_of_a_sampled_market_are_those_of_the_theory(sample_dirichlet_panel):
    """Twenty panels of 2,000: pooled measures lie within 4.5 standard errors (from the panels) of the Dirichlet."""
    panels = [sample_dirichlet_panel(4.0, 0.6, 1.5, ZIPF, panelists=2_000, seed=seed) for seed in range(100, 120)]
    measured = [measure(panel) for panel in panels]
    theory = Dirichlet(4.0, 0.6, 1.5, ZIPF)
    for name in THEORETICAL:
        values = np.array([each.column(name) for each in measured])
        expected = theory.over(0.5).repeat_rate if name == "repeat_rate" else getattr(theory, name)
        error = values.std(axis=0, ddof=1) / math.sqrt(len(panels))
        assert np.all(np.abs(values.mean(axis=0) - expected) < 4.5 * error), name
    duplication = np.array([each.duplication for each in measured])
    error = duplication.std(axis=0, ddof=1) / math.sqrt(len(panels))
    assert np.all(np.abs(duplication.mean(axis=0) - theory.duplication) <= 4.5 * error)


def test_theory_beside_the_measures_is_that_of_the_fitted_parameters(sample_dirichlet_panel):
    measures = measure(sample_dirichlet_panel(4.0, 0.6, 1.5, ZIPF, panelists=2_000, seed=1))
    category = measures.category
    theory = Dirichlet(category["M"], category["K"], category["S"], measures.column("share"))
    assert measures.column("penetration_dirichlet") == pytest.approx(theory.penetration)
    assert measures.column("sole_buyers_dirichlet") == pytest.approx(theory.sole_buyers)
    assert measures.duplication_dirichlet == pytest.approx(theory.duplication)
    assert category["D_dirichlet"] == pytest.approx(theory.duplication_coefficient)


purchases = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 20), st.integers(0, 4), st.integers(1, 5)), min_size=1, max_size=60
)


def drawn_panel(rows, panelists=20) -> Panel:
    shopper, day, brand, units = np.array(rows, dtype=np.int64).T
    price = np.where(units > 3, np.nan, 1.0 + brand)
    names = ("a", "b", "c", "d", "other")
    return Panel(shopper, day, brand, units, price, names, np.arange(9), panelists, 21)


@settings(max_examples=80, deadline=None)
@given(purchases, st.sampled_from([9, 20, None]))
def test_whatever_was_bought_shares_add_up_and_stay_between_nought_and_one(rows, panelists):
    measures = measure(drawn_panel(rows, panelists))
    category = measures.category
    assert measures.column("share").sum() == pytest.approx(1)
    assert measures.column("share_units").sum() == pytest.approx(1)
    bought = measures.column("share") > 0
    for name in ("penetration", "share_of_requirements", "sole_buyers"):
        values = measures.column(name)[bought]
        assert np.all((values >= 0) & (values <= 1)), name
    base = panelists or category["buyers"]
    total = (measures.column("penetration") * base)[bought] @ measures.column("purchase_frequency")[bought]
    assert total == pytest.approx(category["purchases"])
    assert np.all(measures.column("category_rate")[bought] >= measures.column("purchase_frequency")[bought])
    assert np.all(np.diag(measures.duplication)[bought] == 1)
    assert np.all(np.isnan(measures.column("purchase_frequency")[~bought]))
    assert 0.2 - 1e-9 <= category["heavy_buyer_share"] <= 1
    json.dumps(measures.to_json(), allow_nan=False)


@settings(max_examples=30, deadline=None)
@given(purchases, st.permutations(range(9)))
def test_names_of_shoppers_do_not_matter(rows, names):
    renamed = [(names[shopper], *rest) for shopper, *rest in rows]
    first, second = measure(drawn_panel(rows)), measure(drawn_panel(renamed))
    assert first.to_json() == second.to_json()


def test_a_period_without_purchases_cannot_be_measured():
    with pytest.raises(DataError, match="no purchases"):
        measure(panel_of(panelists=10, weeks=4).between(20, 27))


@pytest.mark.parametrize(
    "rows",
    [
        [("a", 0, "x", 1, 1.0)],
        [("a", 0, "x", 1, 1.0), ("b", 0, "x", 1, 1.0)],
        [("a", 0, "x", 1, 1.0), ("a", 1, "y", 1, 1.0)],
        [("a", 0, "other", 1, 1.0), ("a", 1, "other", 1, 1.0)],
    ],
)
@pytest.mark.parametrize("panelists", [None, 2, 50])
def test_tiny_panels_are_measured_without_complaint(rows, panelists):
    measures = measure(panel_of(rows, panelists=panelists))
    json.dumps(measures.to_json(), allow_nan=False)


def test_the_heaviest_fifth_of_equal_buyers_buys_a_fifth():
    assert share_of_heaviest(np.array([3, 3, 3, 0, 0])) == pytest.approx(0.2)
    assert share_of_heaviest(np.array([96, 1, 1, 1, 1])) == pytest.approx(0.96)


def test_a_panel_of_200_000_purchases_is_measured_within_a_second(sample_dirichlet_panel):
    panel = sample_dirichlet_panel(10.0, 0.8, 1.8, ZIPF, panelists=20_000, seed=1)
    assert panel.purchases > 190_000
    begun = time.perf_counter()
    measure(panel)
    assert time.perf_counter() - begun < 1  # takes .03 s when the machine is idle
