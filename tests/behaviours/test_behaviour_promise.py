"""Promises: what adverts promised is expected, and what is not delivered disappoints and is remembered."""

import numpy as np
import pytest
from bare_market import CHOOSING, ERRORS, Episodes, market_spec, only, run

from sim.market.behaviours.advertising import Params as Advertising
from sim.market.behaviours.usage import Params as Usage
from sim.market.market import Market
from sim.market.record.recorder import Recorder
from sim.market.spec import Intervention

PROMISING = 26


class Repeats(Recorder):
    """Counts for each shopper the purchases after one of brand 0, and those among them that are of brand 0 again."""

    def __init__(self, shoppers, start):
        self.start = start
        self.after, self.again = np.zeros(shoppers), np.zeros(shoppers)
        self.last = np.full(shoppers, -1)

    def on_visit(self, block):
        who, choice = block.visit.who[: block.count], block.visit.choice[: block.count]
        if block.week >= self.start:
            had = who[self.last[who] == 0]
            self.after[had] += 1
            self.again[who[(self.last[who] == 0) & (choice == 0)]] += 1
        self.last[who] = choice


def promised(promise, *, shoppers=500, expertise=0.4, to_week=None, recorders=(), weight=0.25, usage=None):
    change = Intervention(brand="brand_0", to_week=to_week, set={"promise": promise})
    spec = market_spec([0.4, 0.35, 0.25], shoppers=shoppers, rate=1.0, S=2.0, expertise=expertise)
    on = only(
        **CHOOSING, usage=usage or Usage(), own_experience=True, promise=True,
        advertising=Advertising(trust=0.8, trust_fall=0.5, promise_weight=weight),
    )  # fmt: skip
    return Market(spec, on, seed=3, burn_in=0, timeline=[change], recorders=recorders)


def test_what_is_expected_rises_by_the_promise_as_far_as_it_is_believed():
    """T promise/(1 + T + tau_m + tau_r) with T = .8 - .5 x .4, in a gap that counts one to one."""
    felt = {}
    for promise in (0.0, 1.5):
        episodes = Episodes()
        usage = Usage(gap_weight=1.0, loss_aversion=1.0, learning=0.0)
        run(promised(promise, weight=0.0, usage=usage, recorders=[episodes]), 3)
        felt[promise] = episodes.columns()
    brand = felt[0.0][2]
    assert np.array_equal(brand, felt[1.5][2])
    gap = felt[1.5][3] - felt[0.0][3]
    assert np.allclose(gap[brand == 0], -0.6 * 1.5 / (1 + 0.6 + 0.5 + 0.3), atol=1e-5)
    assert np.all(gap[brand != 0] == 0)


def test_without_adverts_a_promise_is_not_heard():
    spec = market_spec([0.5, 0.5], shoppers=500, S=2.0, brands={0: {"promise": 2.0}})
    arms = [Episodes(), Episodes()]
    for episodes, on in zip(arms, ({"promise": True}, {}), strict=True):
        run(Market(spec, only(**CHOOSING, usage=True, **on), seed=3, burn_in=0, recorders=[episodes]), 3)
    assert all(np.array_equal(a, b) for a, b in zip(arms[0].columns(), arms[1].columns(), strict=True))


@pytest.fixture(scope="module")
def arms():
    """Run two arms: a promise of two standard deviations for half a year that nothing is behind, and none."""
    found = {}
    for promise in (0.0, 2.0):
        episodes, repeats = Episodes(), Repeats(20_000, PROMISING)
        market = promised(promise, shoppers=20_000, to_week=PROMISING, recorders=[episodes, repeats])
        run(market, PROMISING + 6)
        found[promise] = episodes.columns(), repeats
    return found


def test_a_promise_that_is_not_kept_disappoints(arms):
    felt, errors = [], []
    for promise in (0.0, 2.0):
        week, _, brand, satisfaction, _, _ = arms[promise][0]
        some = satisfaction[(brand == 0) & (week < PROMISING)]
        felt.append(some.mean())
        errors.append(some.std() / np.sqrt(some.size))
    assert felt[1] - felt[0] < -0.2
    assert felt[1] - felt[0] < -ERRORS * np.hypot(*errors)


def test_once_a_promise_is_no_longer_made_fewer_come_back_for_what_it_left_behind(arms):
    """Repeat rates of the two arms; their luck is the same, so the error is that of each shopper's difference."""
    rates, parts = [], []
    for promise in (0.0, 2.0):
        repeats = arms[promise][1]
        rates.append(repeats.again.sum() / repeats.after.sum())
        parts.append((repeats.again - rates[-1] * repeats.after) / repeats.after.sum())
    error = np.sqrt(np.square(parts[1] - parts[0]).sum())
    assert rates[1] - rates[0] < -ERRORS * error
