"""What a change of price does to shares, by paired arms: the same shoppers and the same luck on both sides.

A price moves half a percent up and half a percent down. The share responds to the difference of logarithms, what is
left out being of second order in half a percent: with beta 4.7 below .0001 of the elasticity.
"""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, only, purchases, ratio

from sim.market.behaviours.price_comparison import Params as PriceComparison
from sim.market.market import Market
from sim.market.spec import Intervention

SHARES = np.array([0.4, 0.25, 0.2, 0.1, 0.05])
BETA = 4.7
PRICE = 100.0
ONE_QUOTE = PriceComparison(quotes_least=1, quotes_added=0.0)
BRANDS = range(len(SHARES))


def bought(price, brand=0, *, S=None, shoppers, rate=2.0, weeks=10, K=1000.0, beta=BETA):
    """Run a market in which one brand asks another price from the start; the same seed for all. Shape (N, B)."""
    spec = market_spec(SHARES, shoppers=shoppers, rate=rate, K=K, S=S, beta=beta, price=PRICE)
    change = Intervention(brand=f"brand_{brand}", set={"price": price})
    params = only(**CHOOSING, price_comparison=ONE_QUOTE)
    return purchases(Market(spec, params, seed=3, burn_in=0, timeline=[change]), weeks)


def elasticities(brand, **settings):
    """Return the elasticity of every brand's share to one brand's price, with standard errors over shoppers."""
    low, high = 0.995 * PRICE, 1.005 * PRICE
    cheap, dear = bought(low, brand, **settings), bought(high, brand, **settings)
    assert np.array_equal(cheap.sum(axis=1), dear.sum(axis=1))  # needs do not depend on prices
    found, errors = ratio(dear - cheap, (dear + cheap) / 2)
    return found / np.log(high / low), errors / np.log(high / low)


@pytest.mark.parametrize("brand", [0, 1, 3])
def test_shoppers_with_dirichlet_tastes_leave_a_dearer_brand_as_their_tastes_differ(brand):
    """Own elasticity -beta S (1 - m)/(1 + S), cross beta S m/(1 + S) for every rival: from the Dirichlet moments."""
    S = 2.0
    expected = np.where(
        np.arange(len(SHARES)) == brand,
        -BETA * S * (1 - SHARES) / (1 + S),
        BETA * S * SHARES[brand] / (1 + S),
    )
    assert_within(elasticities(brand, S=S, shoppers=150_000), expected, beyond=0.001)


def test_response_to_price_does_not_depend_on_how_rates_differ():
    """Tastes and rates are independent, so weighting shoppers by their purchases changes nothing."""
    S = 2.0
    expected = -BETA * S * (1 - SHARES[0]) / (1 + S)
    found, errors = elasticities(0, S=S, shoppers=150_000, K=0.8)
    assert_within((found[0], errors[0]), expected, beyond=0.001)


@pytest.mark.parametrize("brand", [0, 3])
def test_shoppers_of_one_taste_respond_as_a_logit(brand):
    """Own elasticity -beta (1 - P), cross beta P (McFadden 1974)."""
    expected = np.where(np.arange(len(SHARES)) == brand, -BETA * (1 - SHARES), BETA * SHARES[brand])
    assert_within(elasticities(brand, shoppers=60_000), expected, beyond=0.001)


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_shares_of_shoppers_of_one_taste_are_logit_shares(factor):
    """P_k proportional to m_k (price / price at the start)^-beta, at prices far from the start."""
    odds = SHARES * np.where(np.arange(len(SHARES)) == 0, factor**-BETA, 1.0)
    x = bought(factor * PRICE, shoppers=60_000)
    assert_within(ratio(x, x.sum(axis=1, keepdims=True)), odds / odds.sum())


def test_price_levels_do_not_tilt_shares():
    """Price counts against a brand's own price at the start: a brand ten times as dear sells its share."""
    own = {0: {"price": 10.0}, 3: {"price": 1000.0}}
    spec = market_spec(SHARES, shoppers=100_000, rate=2.0, S=2.0, brands=own)
    x = purchases(Market(spec, only(**CHOOSING, price_comparison=ONE_QUOTE), seed=3, burn_in=0), 10)
    assert_within(ratio(x, x.sum(axis=1, keepdims=True)), SHARES)


def test_a_price_rise_of_all_brands_moves_nobody():
    spec = market_spec(SHARES, shoppers=20_000, rate=2.0, S=2.0, beta=BETA)
    params = only(**CHOOSING, price_comparison=ONE_QUOTE)
    rise = [Intervention(brand=f"brand_{k}", set={"price": 2 * PRICE}) for k in BRANDS]
    before = purchases(Market(spec, params, seed=3, burn_in=0), 5)
    after = purchases(Market(spec, params, seed=3, burn_in=0, timeline=rise), 5)
    # equal up to the rounding of utilities in single precision, which can turn a near tie: fewer than 1 in 10,000
    assert np.abs(before - after).sum() / 2 <= 1e-4 * before.sum()


def test_half_the_price_sensitivity_is_half_the_response():
    S = 2.0
    expected = -BETA / 2 * S * (1 - SHARES[0]) / (1 + S)
    found, errors = elasticities(0, S=S, shoppers=100_000, beta=BETA / 2)
    assert_within((found[0], errors[0]), expected, beyond=0.001)
