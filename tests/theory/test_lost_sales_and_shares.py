"""What lost sales do to shares: a lost sale is tried afresh over all brands, so only differences between brands count.

Where tastes are alike, attempts are independent and alike, and the brand of a sale is k with probability m_k c_k over
its sum, exactly, for any number of attempts and weeks. Where tastes differ, the same holds for each shopper, so that a
chance c_k acts as ln c_k would in utility: d ln share_k = S (1 - m_k)/(1 + S) d ln c_k, as for a price.
"""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, only, purchases, ratio, run
from scipy.special import expit, logit

from sim.market.behaviours.consideration import Params as Consideration
from sim.market.behaviours.transaction import Params as Transaction
from sim.market.market import Market
from sim.market.record.recorder import Recorder
from sim.market.spec import LEVERS

SHARES = np.array([0.4, 0.25, 0.2, 0.1, 0.05])


class Lifted(Recorder):
    """Holds levers of the market where a test wants them, week by week."""

    def __init__(self, **lifts):
        self.lifts = lifts

    def open_week(self, market):
        for lever, z in self.lifts.items():
            market.world.lift[LEVERS.index(lever)] = z


def bought(params, *, S=None, shoppers=60_000, weeks=5, warm=0, more=None, seed=7, rate=2.0, **lifts):
    spec = market_spec(SHARES, shoppers=shoppers, rate=rate, S=S, expertise=0.2)
    parts = only(**{**CHOOSING, "transaction": params, **(more or {})})
    market = Market(spec, parts, seed=seed, burn_in=0, recorders=[Lifted(**lifts)])
    return purchases(run(market, warm), weeks)


def assert_shares(x, expected):
    assert_within(ratio(x, x.sum(axis=1, keepdims=True)), expected)


HARD = Transaction(contact=0.6, completion=0.8)


@pytest.mark.parametrize("S", [None, 2.0])
@pytest.mark.parametrize("habit", [False, True])
def test_sales_that_all_brands_lose_alike_leave_shares_where_they_were(S, habit):
    """Half of all attempts fail; shares are those of the tastes, whoever buys by habit."""
    more = {"consideration": Consideration(habit=True)} if habit else None
    assert_shares(bought(HARD, S=S, more=more, warm=2, weeks=4), SHARES)


def test_with_and_without_losses_shares_agree_better_than_chance_alone_would_have_it():
    """Paired arms share tastes and needs, so what is left of their difference is the luck of second tries."""
    x = [bought(params, S=2.0, shoppers=30_000) for params in (Transaction(losing=False), Transaction())]
    gap = x[1] - x[0]
    found, errors = ratio(gap - SHARES * gap.sum(axis=1, keepdims=True), x[0].sum(axis=1, keepdims=True))
    assert_within((found, errors), 0.0)
    assert np.all(errors < 0.002)


@pytest.mark.parametrize("attempts", [1, 3])
@pytest.mark.parametrize("spread", ["all as patient", "some more patient"])
def test_where_tastes_are_alike_a_better_contact_gains_in_proportion(attempts, spread):
    """Share of k proportional to m_k c_k: contacts do not depend on patience, so completion cancels."""
    z = np.array([0.0, 1.0, 0.0, 0.0, -1.0])
    friction = 0.0 if spread == "all as patient" else 0.5
    params = Transaction(contact=0.6, attempts=attempts, friction=friction)
    weight = SHARES * expit(logit(0.6) + z)
    assert_shares(bought(params, first_contact=z), weight / weight.sum())


def test_where_tastes_are_alike_a_better_completion_gains_in_proportion():
    z = np.array([0.0, 1.0, 0.0, 0.0, -1.0])
    params = Transaction(completion=0.6, friction=0.0)
    weight = SHARES * expit(logit(0.6) + z)
    assert_shares(bought(params, transaction=z), weight / weight.sum())


@pytest.mark.parametrize("brand", [0, 3])
def test_where_tastes_differ_a_better_contact_gains_as_a_better_price_would(brand):
    """Elasticity of the share to c: S (1 - m)/(1 + S), from a contact moved a little up and a little down.

    With attempts enough that nothing is put off: who likes the brand would put off less, for once, at the end.
    """
    S, step = 2.0, 0.2
    each = np.arange(len(SHARES)) == brand
    params = Transaction(contact=0.6, attempts=20)
    low, high = (bought(params, S=S, shoppers=100_000, first_contact=z * each) for z in (-step, step))
    change = np.log(expit(logit(0.6) + step) / expit(logit(0.6) - step))
    found, errors = ratio(high - low, (high + low) / 2)
    expected = np.where(each, S * (1 - SHARES) / (1 + S), -S * SHARES[brand] / (1 + S))
    assert_within((found / change, errors / change), expected, beyond=0.003)  # second order in a change of .16
    assert errors[brand] / change < 0.02
