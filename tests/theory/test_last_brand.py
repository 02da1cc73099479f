"""A term for the last brand alone makes a Markov chain of purchases (Guadagni & Little 1983).

With tastes g for all and weight w, the stationary shares are proportional to g (1 + a g), a = e^w - 1, and a buyer of
a brand buys it again with probability g e^w / (1 + a g).
"""

import numpy as np
import pytest
from bare_market import assert_within, market_spec, only, purchases, ratio, run
from scipy.special import softmax

from sim.market.behaviours.choice import Params as Choice
from sim.market.behaviours.need import Params as Need
from sim.market.market import Market
from sim.market.record.panel import PanelRecorder

TASTE = np.array([0.45, 0.25, 0.2, 0.1])


def market_with_inertia(weight, *, shoppers=20_000):
    """Build a market in which everybody shops in nearly every week, once, and let it forget its beginning."""
    params = only(
        need=Need(arrivals="at_most_one"), taste=True, choice=Choice(last_brand_weight=weight), transaction=True
    )
    return run(Market(market_spec(TASTE, shoppers=shoppers), params, seed=5, burn_in=0), 30)


def repeat_rates(weight):
    return TASTE * np.exp(weight) / (1 + np.expm1(weight) * TASTE)


@pytest.mark.parametrize("weight", [0.5, 1.0, 2.0])
def test_shares_settle_at_those_of_the_switching_matrix(weight):
    """Shoppers are independent, whatever links the purchases of each, so errors are taken over shoppers."""
    expected = TASTE * (1 + np.expm1(weight) * TASTE)
    x = purchases(market_with_inertia(weight), 20)
    assert_within(ratio(x, x.sum(axis=1, keepdims=True)), expected / expected.sum())


def test_the_switching_matrix_has_these_shares_for_ever():
    """The closed form against the matrix itself: pi P = pi to the last digit."""
    a = np.expm1(1.3)
    switching = (TASTE + a * TASTE * np.eye(4)) / (1 + a * TASTE)[:, None]
    shares = TASTE * (1 + a * TASTE)
    assert shares @ switching == pytest.approx(shares, rel=1e-12)
    assert np.diag(switching) == pytest.approx(repeat_rates(1.3), rel=1e-12)


@pytest.mark.parametrize("weight", [0.5, 1.0, 2.0])
def test_buyers_repeat_as_the_switching_matrix_says(weight):
    """Given the last brand each purchase is a coin of its own, so the error is binomial."""
    market = market_with_inertia(weight)
    panel = PanelRecorder(market.spec.shoppers)
    market.recorders.append(panel)
    bought = run(market, 10)
    columns = panel.columns()
    order = np.lexsort((columns["day"], columns["shopper"]))  # one purchase a week, so days are in their order
    shopper, brand = columns["shopper"][order], columns["brand"][order]
    same = shopper[1:] == shopper[:-1]
    before, after = brand[:-1][same], brand[1:][same]
    of = np.bincount(before, minlength=len(bought.brand_keys))
    again = np.bincount(before[before == after], minlength=len(bought.brand_keys)) / of
    expected = repeat_rates(weight)
    assert_within((again, np.sqrt(expected * (1 - expected) / of)), expected)


def test_without_the_term_each_purchase_starts_afresh():
    x = purchases(market_with_inertia(0.0), 20)
    assert_within(ratio(x, x.sum(axis=1, keepdims=True)), TASTE)


def test_the_term_is_not_share_neutral():
    """The leader of the closed form gains, by far more than an error: the reason why its default is zero."""
    found, errors = ratio(*_leader(purchases(market_with_inertia(1.0), 20)))
    assert found - TASTE[0] > 10 * errors
    assert Choice().last_brand_weight == 0


def test_among_different_tastes_the_leader_gains_about_four_percent_and_small_brands_lose_about_four():
    """Each shopper's chain has its own stationary shares, over Dirichlet tastes: S = 2, shares as 1/rank^.8, w = 1.

    Against the same shoppers without the term, and the closed form over many.
    """
    shares = np.arange(1, 9) ** -0.8
    shares /= shares.sum()

    def gains(tastes):
        chain = tastes * (1 + np.expm1(1.0) * tastes)
        return (chain / chain.sum(axis=1, keepdims=True)).sum(axis=0) / tastes.sum(axis=0) - 1

    bought = []
    for weight in (0.0, 1.0):
        params = only(
            need=Need(arrivals="at_most_one"), taste=True, choice=Choice(last_brand_weight=weight), transaction=True
        )
        market = Market(market_spec(shares, shoppers=12_000, S=2.0), params, seed=5, burn_in=0)
        bought.append(purchases(run(market, 30), 40))
    found = ratio(bought[1] - bought[0], bought[0])
    assert_within(found, gains(softmax(market.state.taste.astype(float), axis=1)), beyond=0.001)  # rates differ by 3 %
    published = gains(np.random.default_rng(1).dirichlet(2.0 * shares, 200_000))
    assert published[0] == pytest.approx(0.04, abs=0.005)
    assert published[-1] == pytest.approx(-0.04, abs=0.005)


def _leader(x):
    return x[:, 0], x.sum(axis=1)
