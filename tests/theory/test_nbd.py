"""The negative binomial distribution of purchases: closed forms, limits, and exact recovery of its parameters."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import UsageError
from sim.measure.nbd import NBD, TAIL, fit_nbd_counts, fit_nbd_truncated, fit_nbd_zeros

means = st.floats(0.01, 50)
evenness = st.floats(0.05, 100)


@given(means, evenness)
def test_shares_of_shoppers_and_their_purchases_add_up(M, K):
    nbd = NBD(M, K)
    n = np.arange(len(nbd.frequencies))
    assert nbd.frequencies.sum() == pytest.approx(1, abs=1e-9)
    # What the tail leaves out is less than TAIL of M; the rest is rounding in the sum of gammaln.
    assert nbd.frequencies @ n == pytest.approx(M, rel=TAIL + 1e-9)


@given(means, evenness, st.floats(0.1, 5))
def test_penetration_rises_with_the_period_and_frequency_per_buyer_with_it(M, K, periods):
    nbd, longer = NBD(M, K), NBD(M, K).over(1 + periods)
    assert longer.K == K
    assert pytest.approx(M * (1 + periods)) == longer.M
    assert longer.penetration > nbd.penetration or nbd.penetration > 1 - 1e-12
    assert longer.purchase_frequency > nbd.purchase_frequency


def test_purchases_of_shoppers_with_exponential_rates_are_geometric():
    n = np.arange(30)
    assert NBD(3.0, 1.0).pmf(n) == pytest.approx(0.25 * 0.75**n, rel=1e-12)


def test_purchases_of_equal_shoppers_are_poisson():
    n = np.arange(20)
    poisson = np.array([math.exp(-3) * 3**k / math.factorial(k) for k in n])
    assert NBD(3.0, math.inf).pmf(n) == pytest.approx(poisson, rel=1e-12)
    assert NBD(3.0, math.inf).frequencies.sum() == pytest.approx(1, abs=TAIL)
    assert NBD(3.0, 1e7).pmf(n) == pytest.approx(poisson, rel=1e-4)  # differs by n^2 / K


def test_repeat_is_what_two_periods_share():
    """Of the buyers in one of two periods, those in both: b(T) + b(T) - b(2T); with K = 1 it is M / (1 + 2M) x 2."""
    M = 1.5
    both = 2 * M / (1 + M) - 2 * M / (1 + 2 * M)
    assert NBD(M, 1.0).repeat_rate == pytest.approx(both / (M / (1 + M)), rel=1e-12)


def test_uk_toothpaste_has_the_published_mean_and_evenness():
    """Goodhardt, Ehrenberg & Chatfield (1984): penetration .56, rate 2.6; M 1.456, K .78."""
    nbd = fit_nbd_zeros(0.56 * 2.6, 1 - 0.56)
    assert pytest.approx(1.456) == nbd.M
    assert pytest.approx(0.78, abs=0.005) == nbd.K
    assert nbd.penetration == pytest.approx(0.56, abs=1e-9)
    assert nbd.purchase_frequency == pytest.approx(2.6, abs=1e-8)


@pytest.mark.parametrize(("M", "K"), [(0.3, 0.15), (1.456, 0.78), (8.0, 0.6), (20.0, 3.0)])
def test_every_estimator_returns_the_truth_from_exact_frequencies(M, K):
    """With expected frequencies as data the likelihood peaks at the truth itself; tolerance: the search's own."""
    nbd = NBD(M, K)
    exact = nbd.frequencies * 1e6
    assert pytest.approx(K, rel=1e-8) == fit_nbd_zeros(M, nbd.zeros).K
    assert pytest.approx(K, rel=1e-4) == fit_nbd_counts(exact).K
    truncated = fit_nbd_truncated(exact)
    assert pytest.approx((M, K), rel=1e-4) == (truncated.M, truncated.K)


def test_buyers_alone_tell_as_much_whatever_is_said_of_non_buyers():
    exact = NBD(2.0, 0.5).frequencies * 1e5
    without = exact.copy()
    without[0] = 0
    assert fit_nbd_truncated(without) == fit_nbd_truncated(exact)


def test_shoppers_more_alike_than_chance_get_infinite_evenness():
    assert math.isinf(fit_nbd_zeros(2.0, 0.1).K)  # a Poisson of mean 2 has .135 non-buyers
    assert fit_nbd_counts([0, 0, 0, 500]).K > 1000


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: NBD(0.0, 1.0),
        lambda: NBD(1.0, -1.0),
        lambda: NBD(math.nan, 1.0),
        lambda: fit_nbd_zeros(1.0, 0.0),
        lambda: fit_nbd_zeros(1.0, 1.0),
        lambda: fit_nbd_counts([10, 0, 0]),
        lambda: fit_nbd_truncated([10, 5]),
    ],
)
def test_what_cannot_be_a_market_is_refused(wrong):
    with pytest.raises(UsageError):
        wrong()
