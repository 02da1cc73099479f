"""The NBD-Dirichlet: published numbers, closed forms, limits and what must hold for any market."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1
from scipy.stats import betabinom

from sim.errors import UsageError
from sim.measure.dirichlet import Dirichlet, duplication_coefficient
from sim.measure.dirichlet_fit import brand_s, fit_s_likelihood, fit_s_penetrations
from sim.measure.nbd import NBD, fit_nbd_zeros

TOOTHPASTE = np.array([0.25, 0.19, 0.10, 0.10, 0.09, 0.08, 0.03, 0.02])
OBSERVED = np.array([0.20, 0.17, 0.09, 0.08, 0.08, 0.07, 0.03, 0.02])
ZIPF = (1 / np.arange(1, 9)) / (1 / np.arange(1, 9)).sum()


@st.composite
def markets(draw):
    weights = np.array(draw(st.lists(st.floats(0.01, 1), min_size=2, max_size=8)))
    M, K, S = draw(st.floats(0.05, 20)), draw(st.floats(0.1, 5)), draw(st.floats(0.05, 30))
    return Dirichlet(M, K, S, weights / weights.sum())


def test_uk_toothpaste_has_the_published_penetrations():
    """UK toothpaste, first quarter of 1973 (Goodhardt, Ehrenberg & Chatfield 1984), S = 1.55; three decimals."""
    market = Dirichlet(1.456, 0.78, 1.55, TOOTHPASTE)
    published = [0.205, 0.161, 0.089, 0.089, 0.081, 0.072, 0.028, 0.019]
    assert market.penetration == pytest.approx(published, abs=0.0006)


def test_uk_toothpaste_gives_the_published_likeness_of_tastes():
    category = fit_nbd_zeros(0.56 * 2.6, 0.44)
    assert fit_s_penetrations(category, TOOTHPASTE, OBSERVED) == pytest.approx(1.55, abs=0.005)
    assert 1.2 <= np.median(brand_s(category, TOOTHPASTE, OBSERVED)) <= 1.6


@pytest.mark.parametrize(("M", "K", "S"), [(1.456, 0.78, 1.55), (0.2, 0.3, 0.5), (25.0, 0.4, 4.0), (6.0, 3.0, 20.0)])
def test_penetration_is_the_hypergeometric_closed_form(M, K, S):
    """Sum over n of NBD x (S - a)_n / (S)_n = 2F1(K, a; S; -M/K), by Pfaff's transformation."""
    market = Dirichlet(M, K, S, ZIPF)
    assert market.penetration == pytest.approx(1 - hyp2f1(K, S * ZIPF, S, -M / K), abs=1e-9)


def test_brands_are_independent_when_tastes_spread_as_the_rates_do():
    """With S = K each brand's rate is a gamma of its own: every brand is an NBD, and nobody's purchases go together."""
    M, K = 3.0, 0.8
    market = Dirichlet(M, K, K, ZIPF)
    own = -np.expm1(-K * ZIPF * math.log1p(M / K))
    assert market.penetration == pytest.approx(own, abs=1e-9)
    assert market.repeat_rate == pytest.approx([NBD(M * m, K * m).repeat_rate for m in ZIPF], abs=1e-8)
    others = ~np.eye(len(ZIPF), dtype=bool)
    assert market.duplication[others] == pytest.approx(np.tile(own, (len(ZIPF), 1))[others], abs=1e-7)
    assert market.duplication_coefficient == pytest.approx(1, abs=1e-7)
    sole = own * np.exp(-K * (1 - ZIPF) * math.log1p(M / K))
    assert market.sole_buyers * market.penetration == pytest.approx(sole, abs=1e-9)


def test_brands_of_equal_shoppers_are_a_thinned_category():
    M, K = 3.0, 0.8
    market = Dirichlet(M, K, math.inf, ZIPF)
    assert market.penetration == pytest.approx([NBD(M * m, K).penetration for m in ZIPF], abs=1e-9)
    assert Dirichlet(M, K, 1e6, ZIPF).penetration == pytest.approx(market.penetration, abs=1e-5)


def test_every_buyer_is_a_sole_buyer_when_each_shopper_has_one_brand_only():
    market = Dirichlet(3.0, 0.8, 1e-9, ZIPF)
    assert market.penetration == pytest.approx(ZIPF * market.category.penetration, abs=1e-7)
    assert market.purchase_frequency == pytest.approx(np.full(8, market.category.purchase_frequency), rel=1e-6)
    assert market.sole_buyers == pytest.approx(np.ones(8), abs=1e-6)
    assert market.sole_rate == pytest.approx(np.full(8, market.category.purchase_frequency), rel=1e-6)


def test_a_sole_brand_is_the_category():
    market = Dirichlet(2.0, 0.5, 1.5, np.array([1.0, 0.0]))
    assert market.penetration == pytest.approx([market.category.penetration, 0], abs=1e-9)
    assert market.share_of_requirements[0] == pytest.approx(1)
    assert market.sole_buyers[0] == pytest.approx(1)
    assert np.isnan(market.purchase_frequency[1])


@settings(deadline=None, max_examples=60)
@given(markets())
def test_whatever_the_market_purchases_and_buyers_add_up(market):
    b, w, shares = market.penetration, market.purchase_frequency, market.shares
    tight = 1e-8
    assert (b * w).sum() == pytest.approx(market.M)  # every purchase is of some brand
    assert np.all((b <= market.category.penetration + tight) & (b >= shares * market.category.penetration - tight))
    assert np.all((market.share_of_requirements >= shares - tight) & (market.share_of_requirements <= 1 + tight))
    assert np.all((market.sole_buyers >= -tight) & (market.sole_buyers <= 1 + tight))
    assert np.all((market.sole_rate >= 1 - 1e-5) & (market.category_rate >= w - tight))
    assert np.all((market.repeat_rate >= -tight) & (market.repeat_rate <= 1 + tight))
    both = market.duplication * b[:, None]
    assert both == pytest.approx(both.T, abs=tight)
    assert np.all((both >= -tight) & (both <= np.minimum(b, b[:, None]) + tight))


@settings(deadline=None, max_examples=40)
@given(markets())
def test_larger_brands_have_more_buyers_who_buy_a_little_more_often(market):
    """Double jeopardy (McPhee 1963)."""
    order = np.argsort(market.shares)
    assert np.all(np.diff(market.penetration[order]) >= -1e-9)
    assert np.all(np.diff(market.purchase_frequency[order]) >= -1e-6)


@settings(deadline=None, max_examples=30)
@given(markets())
def test_two_brands_seen_as_one_change_nothing_for_the_others(market):
    merged = Dirichlet(market.M, market.K, market.S, np.append(market.shares[2:], market.shares[:2].sum()))
    assert merged.penetration[:-1] == pytest.approx(market.penetration[2:], abs=1e-12)
    either = market.penetration[0] + market.penetration[1] - market.penetration[0] * market.duplication[0, 1]
    assert merged.penetration[-1] == pytest.approx(either, abs=1e-9)


def test_longer_periods_have_more_buyers_and_fewer_sole_buyers():
    quarter, year = Dirichlet(1.456, 0.78, 1.55, TOOTHPASTE), Dirichlet(1.456, 0.78, 1.55, TOOTHPASTE).over(4)
    assert np.all(year.penetration > quarter.penetration)
    assert np.all(year.purchase_frequency > quarter.purchase_frequency)
    assert np.all(year.sole_buyers < quarter.sole_buyers)
    assert np.all(year.over(1 / 4).penetration == pytest.approx(quarter.penetration))


def test_tastes_of_single_shoppers_give_the_truth_from_exact_frequencies():
    """Expected counts as data: the likelihood peaks at the true S; tolerance: the search's own."""
    M, K, S = 4.0, 0.7, 1.8
    category = NBD(M, K)
    p = category.frequencies
    n = np.arange(len(p))
    rows = [[p @ betabinom.pmf(x, n, S * m, S * (1 - m)) if x else 0.0 for x in n[:150]] for m in ZIPF]
    exact = np.array([*rows, p[:150]]) * 1e6
    assert fit_s_likelihood(exact) == pytest.approx(S, rel=1e-3)


@pytest.mark.parametrize("S", [0.3, 1.5, 6.0])
def test_penetrations_of_a_dirichlet_market_give_its_likeness_of_tastes(S):
    market = Dirichlet(4.0, 0.7, S, ZIPF)
    assert brand_s(market.category, ZIPF, market.penetration) == pytest.approx(np.full(8, S), rel=1e-6)


def test_a_brand_with_more_buyers_than_any_taste_allows_stands_at_the_end_of_the_range():
    market = Dirichlet(4.0, 0.7, math.inf, ZIPF)
    assert brand_s(market.category, ZIPF, market.penetration * 1.2) == pytest.approx(np.full(8, 30.0))
    assert brand_s(market.category, ZIPF, market.penetration * 0.01) == pytest.approx(np.full(8, 0.01))


def test_duplication_that_is_proportional_to_penetration_has_that_factor_as_its_coefficient():
    b = np.array([0.3, 0.2, 0.1])
    assert duplication_coefficient(np.tile(1.7 * b, (3, 1)), b) == pytest.approx(1.7)
    assert math.isnan(duplication_coefficient(np.ones((1, 1)), b[:1]))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Dirichlet(1, 1, 0, [0.5]),
        lambda: Dirichlet(1, 1, 1, [0.7, 0.7]),
        lambda: Dirichlet(1, 1, 1, [-0.1, 0.7]),
        lambda: Dirichlet(0, 1, 1, [0.5]),
        lambda: fit_s_penetrations(NBD(1, 1), [0.0], [0.1]),
    ],
)
def test_what_cannot_be_a_market_is_refused(wrong):
    with pytest.raises(UsageError):
        wrong()
