"""The least of n independent uniform quotes is low + range / (n + 1) on average (Stigler 1961)."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, run

from sim.market.behaviours.price_comparison import Params as PriceComparison
from sim.market.market import Market
from sim.market.record.panel import PanelRecorder

PRICE, DISPERSION = 1000.0, 0.2
LOW, RANGE = PRICE * (1 - DISPERSION), 2 * PRICE * DISPERSION
CENT = 0.005  # prices paid are rounded to whole cents


def shop_around(params, *, brands, retailers, shoppers, weeks, expertise=0.5):
    """Run a market in which shoppers look at prices and choose without regard to them; return what was paid."""
    spec = market_spec(
        np.ones(brands), shoppers=shoppers, beta=0.0, retailers=retailers, dispersion=DISPERSION, price=PRICE,
        expertise=expertise,
    )  # fmt: skip
    panel = PanelRecorder(shoppers)
    market = Market(spec, only(**CHOOSING, price_comparison=params), seed=4, burn_in=0, recorders=[panel])
    run(market, weeks)
    return panel.columns()


def by_week(paid, weeks):
    """Return the mean price paid in each week. Shape (W,)."""
    week = paid["day"] // 7
    return np.bincount(week, paid["price"], weeks) / np.bincount(week, minlength=weeks)


@pytest.mark.parametrize("quotes", [1, 2, 3])
def test_the_least_of_some_posted_prices_is_as_stigler_says(quotes):
    """Three shops post uniform prices each week, for all; the weeks are independent, so they give the error."""
    params = PriceComparison(quotes_least=quotes, quotes_added=0.0)
    weeks = 120
    paid = shop_around(params, brands=20, retailers=3, shoppers=2000, weeks=weeks)
    assert_within(mean(by_week(paid, weeks)), LOW + RANGE / (quotes + 1), beyond=CENT)


@pytest.mark.parametrize("quotes", [1, 2, 3, 8])
def test_the_least_of_some_personal_quotes_is_as_stigler_says(quotes):
    """Every quote is drawn for one shopper alone, so that there can be more of them than shops."""
    params = PriceComparison(quotes_least=quotes, quotes_added=0.0, quotes="personal")
    paid = shop_around(params, brands=5, retailers=2, shoppers=10_000, weeks=5)
    assert_within(mean(paid["price"]), LOW + RANGE / (quotes + 1), beyond=CENT)


def test_personal_quotes_have_the_distribution_of_a_least_uniform():
    """P(least of n > x) = ((high - x)/range)^n, at its quartiles; errors are binomial."""
    quotes = 3
    params = PriceComparison(quotes_least=quotes, quotes_added=0.0, quotes="personal")
    paid = shop_around(params, brands=5, retailers=2, shoppers=10_000, weeks=5)
    above = np.array([0.25, 0.5, 0.75])
    cuts = LOW + RANGE * (1 - above ** (1 / quotes))
    assert_within(mean(paid["price"][:, None] > cuts), above)


def test_experts_pay_less_by_looking_at_more_quotes():
    """With a third quote half of the time: the mean of two and three quotes."""
    params = PriceComparison(quotes_least=1, quotes_added=3.0, quotes="personal")
    paid = shop_around(params, brands=5, retailers=2, shoppers=10_000, weeks=5, expertise=0.5)
    assert_within(mean(paid["price"]), LOW + RANGE * (1 / 3 + 1 / 4) / 2, beyond=CENT)


def test_quotes_of_all_shops_are_the_most_there_can_be():
    """Ten quotes wanted of three shops: the least of three."""
    params = PriceComparison(quotes_least=10, quotes_added=0.0)
    weeks = 120
    paid = shop_around(params, brands=20, retailers=3, shoppers=500, weeks=weeks)
    assert_within(mean(by_week(paid, weeks)), LOW + RANGE / 4, beyond=CENT)


def test_shops_are_looked_at_alike():
    """One quote at one of five shops, a fifth each; visits are independent, so the error is binomial."""
    params = PriceComparison(quotes_least=1, quotes_added=0.0)
    paid = shop_around(params, brands=2, retailers=5, shoppers=20_000, weeks=2)
    assert_within(mean(paid["retailer"][:, None] == np.arange(5)), 1 / 5)
