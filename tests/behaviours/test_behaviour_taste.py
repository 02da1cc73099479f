"""What shoppers like: lasting tastes, and a constant for each brand."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, ratio, terms
from scipy import stats
from scipy.special import softmax

from sim.market.market import Market
from sim.market.spec import Calibrated

SHARES = np.array([0.5, 0.3, 0.2])


def market(*, S, shoppers=4000, params=None, **settings):
    spec = market_spec(SHARES, shoppers=shoppers, S=S, **settings)
    return Market(spec, only(taste=True) if params is None else params, seed=24, burn_in=0)


def calibrated(**constants):
    return Calibrated(
        constants={f"brand_{k}": constants.get(f"brand_{k}", 0.0) for k in range(3)},
        taste_concentration=0.7,
        satisfaction_centre=0.0,
        talk_centre=0.0,
        reviews={f"brand_{k}": [1.0] * 5 for k in range(3)},
    )


def test_without_taste_all_brands_are_alike():
    params = only(need=True, choice=True, transaction=True)
    x = purchases(market(S=2.0, shoppers=20_000, params=params), 2)
    assert_within(ratio(x, x.sum(axis=1, keepdims=True)), 1 / 3)


def test_shoppers_without_differences_in_taste_like_brands_by_their_shares():
    utility = terms(market(S=None), "taste")
    assert np.allclose(utility, np.log(SHARES)[:, None], rtol=1e-6)


def test_what_a_shopper_likes_is_the_same_at_every_visit():
    one = market(S=2.0)
    first = terms(one, "taste").copy()
    one.week = 17
    assert np.array_equal(first, terms(one, "taste"))
    assert np.array_equal(first, terms(one, "taste", asked=True))
    assert np.array_equal(first.T.astype(np.float32), one.state.taste)


def test_tastes_are_dirichlet_shares():
    """Each brand's share of a shopper's liking is Beta(S m, S (1 - m))."""
    S = 1.55
    liking = softmax(market(S=S, shoppers=4000).state.taste.astype(float), axis=1)
    for k, m in enumerate(SHARES):
        assert stats.kstest(liking[:, k], stats.beta(S * m, S * (1 - m)).cdf).pvalue > 1e-4


def test_entropy_is_that_of_choice_by_taste_alone():
    one = market(S=2.0)
    liking = softmax(one.state.taste.astype(float), axis=1)
    expected = -(liking * np.log(np.maximum(liking, 1e-300))).sum(axis=1)
    assert np.allclose(one.state.entropy, expected, atol=1e-6)
    alike = market(S=None).state.entropy
    assert np.allclose(alike, -(SHARES @ np.log(SHARES)), atol=1e-6)


def test_the_constant_of_a_brand_adds_to_what_everybody_likes():
    one = market(S=2.0, calibrated=calibrated(brand_1=0.4, brand_2=-0.1))
    expected = one.state.taste.T + np.array([0.0, 0.4, -0.1])[:, None]
    assert np.allclose(terms(one, "taste"), expected, atol=1e-5, rtol=1e-6)


def test_calibrated_tastes_have_the_concentration_that_was_fitted():
    """The fitted S replaces the category's, of which it is the cause: variance m (1 - m)/(S + 1)."""
    liking = softmax(market(S=5.0, calibrated=calibrated()).state.taste.astype(float), axis=1)
    assert_within(mean(np.square(liking - SHARES)), SHARES * (1 - SHARES) / 1.7)


@pytest.mark.parametrize("brands", [2, 9, 32])
def test_any_number_of_brands_has_its_shares(brands):
    shares = np.arange(1, brands + 1) / np.arange(1, brands + 1).sum()
    spec = market_spec(shares, shoppers=40_000, rate=2.0, S=2.0)
    x = purchases(Market(spec, only(**CHOOSING), seed=25, burn_in=0), 2)
    assert_within(ratio(x, x.sum(axis=1, keepdims=True)), shares)
