"""Purchases that follow a stock at home are a self-correcting process (Isham & Westcott 1979), against simulations.

Both references are plain numpy with luck of their own: the weekly recursion that the market is meant to be, and the
process in continuous time of which it is a version. In that one the wait for the next purchase can be drawn exactly:
the chance to buy grows as exp(-k (s - t)), so the wait is ln(1 + k E exp(k s)) / k with E exponential.
"""

import numpy as np
import pytest
from bare_market import CHOOSING, ERRORS, assert_within, market_spec, mean, only, purchases, run

from sim.market.behaviours.pantry import Params as Pantry
from sim.market.market import Market

QUARTER, YEAR = 13, 52
SHOPPERS = 20_000
EQUAL = 1000.0
"""The K of shoppers who are all but equal, in the market and in the references."""


def bought(pantry, *, rate, weeks, K=EQUAL, shoppers=SHOPPERS):
    """Run a market at list prices to its rest, and count what each shopper buys. Shape (N,)."""
    spec = market_spec([0.5, 0.5], shoppers=shoppers, rate=rate, K=K)
    market = run(Market(spec, only(**CHOOSING, pantry=pantry), seed=44, burn_in=0), 10)
    return purchases(market, weeks).sum(axis=1)


def rates_of(rate, K=EQUAL, shoppers=SHOPPERS):
    return np.random.default_rng(3).gamma(K, rate / K, shoppers)


def weekly_recursion(k, rates, weeks, start=100, seed=1):
    """Simulate stocks week by week: purchases are Poisson with mean r exp(-k s / (1 + k r)). Shape (N,)."""
    random = np.random.default_rng(seed)
    stock, total = np.zeros(len(rates)), np.zeros(len(rates))
    for week in range(start + weeks):
        now = random.poisson(rates * np.exp(-k / (1 + k * rates) * stock))
        stock += now - rates
        total += now * (week >= start)
    return total


def in_continuous_time(k, rates, weeks, start=30.0):
    """Simulate purchases one by one, in mean intervals of each shopper's; the first `start` of them lead to rest."""
    random = np.random.default_rng(2)
    stock, now, total = (np.zeros(len(rates)) for _ in range(3))
    end = start + rates * weeks
    while (now < end).any():
        wait = np.log1p(k * random.exponential(size=len(rates)) * np.exp(k * stock)) / k
        now += wait
        stock += 1 - wait
        total += (now >= start) & (now < end)
    return total


def dispersion(x):
    """Return variance over mean, and its standard error by the delta method."""
    square = (x - x.mean()) ** 2
    found = square.mean() / x.mean()
    influence = (square - found * x) / x.mean()
    return found, influence.std() / np.sqrt(len(x))


def evenness(x):
    """Return the NBD's 1/K by moments, (variance - mean) / mean^2, and its standard error by the delta method."""
    m = x.mean()
    square = (x - m) ** 2
    found = (square.mean() - m) / m**2
    influence = (square - square.mean() - (x - m)) / m**2 - 2 * found * (x - m) / m
    return found, influence.std() / np.sqrt(len(x))


def assert_alike(one, other):
    """Assert that two estimates from samples of their own agree within `ERRORS` standard errors."""
    assert abs(one[0] - other[0]) <= ERRORS * np.hypot(one[1], other[1]), f"{one} and {other}"


@pytest.mark.parametrize(("correction", "rate"), [(0.5, 0.25), (0.5, 2.0), (1.5, 0.5)])
@pytest.mark.parametrize("weeks", [1, QUARTER])
def test_purchases_of_a_week_and_a_quarter_are_as_regular_as_the_recursion_says(correction, rate, weeks):
    x = bought(Pantry(on=True, correction=correction), rate=rate, weeks=weeks)
    again = weekly_recursion(correction, rates_of(rate), weeks)
    assert_alike(mean(x), mean(again))
    assert_alike(dispersion(x), dispersion(again))


@pytest.mark.parametrize("rate", [0.1, 0.25, 1.0, 3.0])
def test_purchases_are_more_regular_than_chance_and_less_than_in_continuous_time(rate):
    """Equal shoppers, counts of a quarter: between the process that corrects itself at once and Poisson's one."""
    x = bought(Pantry(on=True), rate=rate, weeks=QUARTER)
    least, error = dispersion(in_continuous_time(0.5, rates_of(rate), QUARTER))
    found, own_error = dispersion(x)
    assert least - ERRORS * np.hypot(error, own_error) < found < 1 - ERRORS * own_error
    assert found < least + 0.2


def test_light_buyers_are_as_regular_as_in_continuous_time():
    """A purchase in a hundred weeks: a weekly step, which matters by k x rate, vanishes in the errors; five years."""
    x = bought(Pantry(on=True, correction=1.0), rate=0.01, weeks=5 * YEAR)
    assert_alike(dispersion(x), dispersion(in_continuous_time(1.0, rates_of(0.01), 5 * YEAR)))


def test_very_heavy_buyers_keep_their_stock_in_bounds():
    """Five purchases a week with strong correction: an explicit step would swing ever further and buy by dozens."""
    x = bought(Pantry(on=True, correction=1.5), rate=5.0, weeks=QUARTER, shoppers=5000)
    assert dispersion(x)[0] < 0.5
    assert_within(mean(x), 5.0 * QUARTER)


def test_without_it_counts_are_as_dispersed_as_chance_makes_them():
    assert_within(dispersion(bought(Pantry(on=False), rate=0.25, weeks=QUARTER)), 1.0, beyond=0.25 * QUARTER / EQUAL)


@pytest.mark.parametrize("K", [0.8, 2.0])
def test_shoppers_look_a_little_more_alike_over_a_year_than_their_rates_are(K):
    """Stock takes out part of the luck, so 1/K comes out lower: by (1 - dispersion) / mean, between nil and 1 / mean.

    An NBD fitted to a year has a K above the one asked for, the more so the fewer purchases a year; its amount is that
    of the recursion with gamma rates.
    """
    rate = 0.25
    x = bought(Pantry(on=True), rate=rate, weeks=YEAR, K=K, shoppers=40_000)
    found = evenness(x)
    assert_alike(found, evenness(weekly_recursion(0.5, rates_of(rate, K, 40_000), YEAR)))
    assert 1 / K - 1 / (rate * YEAR) - ERRORS * found[1] < found[0] < 1 / K + ERRORS * found[1]
    assert_within(evenness(bought(Pantry(on=False), rate=rate, weeks=YEAR, K=K, shoppers=40_000)), 1 / K)
