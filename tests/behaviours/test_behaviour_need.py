"""Who shops: needs arrive at each shopper's own rate."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, run
from pydantic import ValidationError
from scipy import stats

from sim.market.behaviours.need import Params as Need
from sim.market.market import Market
from sim.market.spec import Category


def shop(rate, *, K=1000.0, shoppers=40_000, arrivals="poisson", weeks=1, urgency=1.0):
    params = only(need=Need(arrivals=arrivals), taste=True, choice=True, transaction=True)
    market = Market(market_spec([0.5, 0.5], shoppers=shoppers, rate=rate, K=K), params, seed=22, burn_in=0)
    market.state.urgency[:] = urgency
    return market, purchases(market, weeks).sum(axis=1)


def test_without_need_nobody_shops():
    params = only(taste=True, choice=True, transaction=True)
    market = run(Market(market_spec([0.5, 0.5], shoppers=100), params, seed=1, burn_in=0), 3)
    assert market.tally.trips[0] == 0
    assert market.tally.units.sum() == 0


@pytest.mark.parametrize("rate", [0.05, 0.7, 3.0, 15.0])
def test_equal_shoppers_need_a_poisson_number_of_purchases_in_a_week(rate):
    """Chance of each number, given the rates drawn; coins of all shoppers, from nobody to the far tail."""
    market, x = shop(rate)
    numbers = np.arange(int(stats.poisson.ppf(0.999, rate)) + 2)
    expected = stats.poisson.pmf(numbers, market.state.rate[:, None].astype(float))
    found = (x[:, None] == numbers).sum(axis=0)
    assert_within((found, np.sqrt((expected * (1 - expected)).sum(axis=0))), expected.sum(axis=0))
    assert market.tally.trips[0] == x.sum()


def test_rates_are_gamma_with_the_mean_and_evenness_of_the_category():
    market, _ = shop(0.3, K=0.6)
    assert stats.kstest(market.state.rate, stats.gamma(0.6, scale=0.3 / 0.6).cdf).pvalue > 1e-4


def test_one_week_says_nothing_of_the_next():
    """Given the rate: the covariance of two weeks is that of the rates alone, nil for equal shoppers."""
    market, first = shop(0.7)
    second = purchases(market, 1).sum(axis=1)
    assert_within(mean((first - first.mean()) * (second - second.mean())), 0.0)


def test_urgency_multiplies_the_rate():
    assert_within(mean(shop(0.4, urgency=1.5)[1]), 0.6)
    assert_within(mean(shop(0.4, urgency=0.0)[1]), 0.0)


@pytest.mark.parametrize(("rate", "expected"), [(0.3, 0.3), (5.0, 1.0)])
def test_where_nobody_shops_twice_a_week_the_rate_is_a_chance(rate, expected):
    """Rates differ by 3 % (K = 1000) around a mean below one, or lie above one."""
    _, x = shop(rate, arrivals="at_most_one")
    assert x.max() == 1
    assert_within(mean(x), expected)


def test_very_busy_shoppers_make_all_their_visits():
    """Twenty a week, each a round of its own."""
    _, x = shop(20.0, shoppers=5000)
    assert_within(mean(x), 20.0)
    assert x.max() > 30


def test_rates_and_shapes_that_make_no_sense_are_refused():
    for wrong in ({"purchase_rate": 0}, {"purchase_rate": 21}, {"rate_shape": 0}, {"taste_concentration": 0}):
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            Category(**wrong)
    with pytest.raises(ValidationError, match="arrivals"):
        Need(arrivals="whenever")


def test_needs_do_not_depend_on_what_else_happens():
    """The same shoppers shop in the same weeks, whatever they think of brands."""
    spec = market_spec([0.7, 0.3], shoppers=2000, rate=0.5, S=2.0)
    plain = Market(spec, only(**CHOOSING), seed=23, burn_in=0)
    rich = Market(spec, only(**CHOOSING, usage=True, own_experience=True, advocacy=True), seed=23, burn_in=0)
    assert np.array_equal(purchases(plain, 6).sum(axis=1), purchases(rich, 6).sum(axis=1))
