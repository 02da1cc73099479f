"""Needs and tastes alone make the NBD-Dirichlet market (Goodhardt, Ehrenberg & Chatfield 1984)."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, ratio

from sim.market.market import Market
from sim.measure.dirichlet import Dirichlet

TOOTHPASTE = np.array([0.25, 0.19, 0.10, 0.10, 0.09, 0.08, 0.03, 0.02, 0.14])
"""UK toothpaste, first quarter of 1973, and all other brands as one."""
UNEVEN = np.array([0.45, 0.20, 0.15, 0.12, 0.05, 0.03])
SHOPPERS = 150_000
HALF_A_DIGIT = 0.0005


def bought(shares, M, K, S, weeks=13):
    """Run a market whose shoppers buy `M` times in `weeks`. Shape (N, B)."""
    spec = market_spec(shares, shoppers=SHOPPERS, rate=M / weeks, K=K, S=S)
    return purchases(Market(spec, only(**CHOOSING), seed=1, burn_in=0), weeks)


@pytest.fixture(scope="module")
def toothpaste():
    return bought(TOOTHPASTE, 1.456, 0.78, 1.55)


@pytest.fixture(scope="module", params=[(4.0, 0.78, 2.0), (1.5, 0.4, 0.9)], ids=["alike", "different"])
def market(request):
    M, K, S = request.param
    return bought(UNEVEN, M, K, S), Dirichlet(M, K, S, UNEVEN)


def test_uk_toothpaste_has_its_published_penetrations(toothpaste):
    """Theory at S = 1.55 printed with three decimals; shoppers are independent, so the error is binomial."""
    published = [0.205, 0.161, 0.089, 0.089, 0.081, 0.072, 0.028, 0.019]
    assert_within(mean(toothpaste[:, :8] > 0), published, beyond=HALF_A_DIGIT)


def test_uk_toothpaste_is_bought_by_56_percent_about_2_6_times(toothpaste):
    category = toothpaste.sum(axis=1)
    assert_within(mean(category > 0), 0.56, beyond=HALF_A_DIGIT)  # K is printed with two digits
    assert_within(ratio(category, category > 0), 2.6, beyond=0.05)


def test_category_purchases_are_negative_binomial(toothpaste):
    theory = Dirichlet(1.456, 0.78, 1.55, TOOTHPASTE).category
    category = toothpaste.sum(axis=1)
    assert_within(mean(category[:, None] == np.arange(12)), theory.pmf(np.arange(12)))


def test_penetrations_are_those_of_the_dirichlet(market):
    x, theory = market
    assert_within(mean(x > 0), theory.penetration)


def test_purchases_per_buyer_are_those_of_the_dirichlet(market):
    x, theory = market
    assert_within(ratio(x, x > 0), theory.purchase_frequency)


def test_shares_of_requirements_are_those_of_the_dirichlet(market):
    x, theory = market
    category = x.sum(axis=1, keepdims=True)
    assert_within(ratio(x, category * (x > 0)), theory.share_of_requirements)


def test_sole_buyers_are_those_of_the_dirichlet(market):
    x, theory = market
    alone = (x > 0) & (x == x.sum(axis=1, keepdims=True))
    assert_within(ratio(alone, x > 0), theory.sole_buyers)


def test_buyers_of_one_brand_buy_others_as_the_dirichlet_says(market):
    x, theory = market
    buys = x > 0
    for k in range(len(UNEVEN)):
        others = np.arange(len(UNEVEN)) != k
        both = ratio(buys[:, others] & buys[:, [k]], buys[:, [k]])
        assert_within(both, theory.duplication[k, others])


def test_buyers_come_back_in_the_next_period_as_the_dirichlet_says():
    M, K, S = 2.0, 0.78, 2.0
    spec = market_spec(UNEVEN, shoppers=SHOPPERS, rate=M / 13, K=K, S=S)
    market = Market(spec, only(**CHOOSING), seed=2, burn_in=0)
    first, second = purchases(market, 13) > 0, purchases(market, 13) > 0
    assert_within(ratio(first & second, first), Dirichlet(M, K, S, UNEVEN).repeat_rate)
