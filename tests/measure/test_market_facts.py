"""What a market scenario is written from, on panels of known truth."""

import math

import numpy as np
import pytest

from sim.measure.market_facts import describe_market
from sim.measure.panel import Panel

SHARES = np.array([0.5, 0.3, 0.2])


def test_facts_of_a_sampled_market_are_its_inputs(sample_dirichlet_panel):
    """Tolerances: four standard errors at 6,000 panelists, measured over twelve panels (K .012, S .035, M .05)."""
    facts = describe_market(sample_dirichlet_panel(5.2, 0.6, 1.5, SHARES, panelists=6_000, seed=2, days=364))
    assert facts.weeks == 52
    assert facts.M_per_week == pytest.approx(0.1, abs=0.004)
    assert pytest.approx(0.6, abs=0.06) == facts.K
    assert pytest.approx(1.5, abs=0.2) == facts.S
    assert facts.S_likelihood == pytest.approx(1.5, abs=0.2)
    assert facts.shares == pytest.approx(SHARES, abs=0.03)
    assert facts.penetration == pytest.approx(1 - (1 + 5.2 / 0.6) ** -0.6, abs=0.025)
    assert [brand["brand"] for brand in facts.observed] == list(facts.brands)


def panel_with_prices(price, brand, units=None, list_price=None, brands=("acme", "bolt")) -> Panel:
    size = len(price)
    units = np.ones(size, dtype=np.int64) if units is None else np.array(units)
    listed = None if list_price is None else np.array(list_price)
    shopper = np.arange(size) % 5
    return Panel(
        shopper, np.arange(size), np.array(brand), units, np.array(price), brands, np.arange(5), 8, size, listed
    )


def test_mean_prices_weigh_each_unit_and_leave_out_what_is_not_known():
    panel = panel_with_prices([2.0, 1.0, math.nan, 5.0], [0, 0, 0, 1], [1, 3, 9, 2], [2.0, 2.0, math.nan, 6.0])
    facts = describe_market(panel)
    assert facts.prices.tolist() == [1.25, 5.0]
    assert facts.list_prices.tolist() == [2.0, 6.0]


def test_price_dispersion_is_the_spread_of_log_prices_within_brands():
    """Prices exp(m + s z) with z standard normal: s, within four standard errors, s / sqrt(2 n)."""
    random = np.random.default_rng(1)
    brand = np.repeat([0, 1], 5_000)
    price = np.exp(np.array([0.5, 1.5])[brand] + np.array([0.1, 0.3])[brand] * random.standard_normal(10_000))
    facts = describe_market(panel_with_prices(price, brand))
    assert facts.price_dispersion == pytest.approx([0.1, 0.3], rel=4 / math.sqrt(2 * 5_000))
    assert facts.price_dispersion_mean == pytest.approx(facts.price_dispersion.mean())
    assert facts.price_dispersion_median == pytest.approx(np.median(facts.price_dispersion))


def test_free_goods_and_the_pool_of_small_brands_do_not_spread_prices():
    price, brand = [2.0, 2.0, 0.0, 1.0, 9.0, 3.0], [0, 0, 0, 1, 1, 0]
    facts = describe_market(panel_with_prices(price, brand, brands=("acme", "other")))
    assert facts.price_dispersion[0] == pytest.approx(np.std(np.log([2, 2, 3]), ddof=1))
    assert facts.price_dispersion_mean == facts.price_dispersion[0]


def test_facts_without_prices_are_facts_all_the_same():
    facts = describe_market(panel_with_prices([math.nan] * 4, [0, 1, 0, 1]))
    assert np.isnan(facts.prices).all()
    assert math.isnan(facts.price_dispersion_mean)
    assert facts.shares.tolist() == [0.5, 0.5]
