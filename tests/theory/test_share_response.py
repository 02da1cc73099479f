"""What a change of utility does to shares: d ln share = kappa du, kappa = (1 - m) S/(1 + S).

Whatever term it comes from: here tastes for one brand move a hundredth up and a hundredth down, in paired arms.
"""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, only, purchases, ratio

from sim.market.behaviours.advertising import Params as Advertising
from sim.market.behaviours.advertising import response
from sim.market.behaviours.consideration import Params as Consideration
from sim.market.market import Market
from sim.market.spec import Population
from sim.scenario import load_scenario

SHARES = np.array([0.4, 0.25, 0.2, 0.1, 0.05])
STEP = 0.01


def bought(brand, more, S):
    spec = market_spec(SHARES, shoppers=100_000, rate=2.0, S=S)
    market = Market(spec, only(**CHOOSING), seed=12, burn_in=0)
    market.state.taste[:, brand] += np.float32(more)
    return purchases(market, 10)


@pytest.mark.parametrize(("brand", "S"), [(0, 2.0), (3, 2.0), (0, 0.9), (0, 6.0)])
def test_a_share_moves_by_kappa_times_the_change_of_utility_and_rivals_by_what_is_left(brand, S):
    low, high = bought(brand, -STEP, S), bought(brand, STEP, S)
    found, errors = ratio(high - low, (high + low) / 2)
    expected = np.where(np.arange(len(SHARES)) == brand, S * (1 - SHARES) / (1 + S), -S * SHARES[brand] / (1 + S))
    assert_within((found / (2 * STEP), errors / (2 * STEP)), expected, beyond=0.001)


def base_kappa():
    """Return the share-weighted kappa of the market that others start from."""
    market = load_scenario("markets/base").market
    shares = np.array([brand.share for brand in market.brands.values()])
    S = market.category.taste_concentration
    return (shares * (1 - shares)).sum() * S / (1 + S)


def test_the_default_price_sensitivity_gives_the_published_elasticity_in_the_ordinary_market():
    """Own elasticity -2.6 (Bijmolt, van Heerde & Pieters 2005) = -beta x .55, with two digits each."""
    assert base_kappa() == pytest.approx(0.55, abs=0.005)
    assert Population().price_sensitivity * base_kappa() == pytest.approx(2.6, abs=0.05)


def test_the_default_response_to_adverts_gives_the_published_elasticity_in_the_ordinary_market():
    """Elasticity .12 (Sethuraman, Tellis & Briesch 2011) = kappa du/d ln A, so du/d ln A = .22, here by p h/(1 + h)."""
    minds, half = Consideration(), Advertising().half_saturation
    p = minds.comes_to_mind - 0.5 * minds.comes_to_mind_fall
    step = 1e-4
    up, down = (np.log(p * response(np.array([np.exp(d)]), half)[0] + 1 - p) for d in (step, -step))
    assert (up - down) / (2 * step) == pytest.approx(0.22, abs=0.005)
    assert base_kappa() * (up - down) / (2 * step) == pytest.approx(0.12, abs=0.005)
