"""Rewards are felt, and come to be expected: known answers after n of them, and after the last."""

import numpy as np
import pytest
from bare_market import run
from bare_scheme import EAGER, ONCE, market_with_scheme, started

from sim.market.behaviours.habituation import Params as Habituation
from sim.market.behaviours.usage import Params as Usage
from sim.market.record.recorder import Recorder

EVERY_WEEK = {"reward_rate": 0.0, "voucher_every": 1, "voucher_weeks": 0, "voucher_value": 0.2, "voucher_use": 1.0}
PLAIN = Usage(loss_aversion=1.0, memory_in_expectation=0.0)
"""Linear, so that what is felt more is as much more satisfaction."""


class Felt(Recorder):
    """Keeps what was added to the experience of each purchase of the brand, and who had it."""

    def __init__(self):
        self.weeks = []

    def on_visit(self, block):
        visit, n = block.visit, block.count
        mine = visit.choice[:n] == 0
        assert np.all(visit.uplift[:n][~mine] == 0)
        kept = (visit.who, visit.uplift, visit.satisfaction, visit.voucher_off, visit.points_redeemed)
        self.weeks.append([column[:n][mine].copy() for column in kept])


def market(habituation=True, to_week=None, terms=EVERY_WEEK, **settings):
    felt = Felt()
    more = {"vouchers": True, "habituation": habituation}
    own = {"points": EAGER, "need": ONCE, "usage": PLAIN, "own_experience": False, "burn_in": 0, "more": more}
    one = market_with_scheme(started(to_week=to_week, **terms), **{**own, **settings})
    one.recorders.append(felt)
    return one, felt


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.6])
def test_what_is_given_every_time_adds_less_and_less_and_its_absence_as_much_as_was_expected(rate):
    """Reward U: the n-th adds U (1 - rate)^(n-1), and the k-th that is missing takes H_n (1 - rate)^(k-1)."""
    one, felt = market(Habituation(rate=rate), to_week=30)
    run(one, 50)
    given, missed, level = (np.zeros(one.spec.shoppers) for _ in range(3))
    worth, ends = 0.5 * 0.2, 30
    for week, (buyers, added, _, off, _) in enumerate(felt.weeks):
        due = off != 0
        assert np.all(added[~due] == 0)
        who, uplift = buyers[due], added[due]
        if week < ends:
            assert uplift == pytest.approx(worth * (1 - rate) ** given[who], abs=1e-6)
            given[who] += 1
            level[who] = worth * (1 - (1 - rate) ** given[who])
        else:
            assert uplift == pytest.approx(-level[who] * (1 - rate) ** missed[who], abs=1e-6)
            missed[who] += 1
    assert given.max() > 15
    assert missed.max() > 8


def test_satisfaction_rises_with_the_first_rewards_goes_back_to_where_it_was_and_falls_below_when_they_end():
    """Purchases are the same in both markets, so that satisfaction differs by what is felt, to the last of them."""
    with_joy, felt = market(to_week=40)
    without, plain = market(Habituation(reward_joy=0.0), to_week=40)
    run(with_joy, 60)
    run(without, 60)
    more = []
    for mine, other in zip(felt.weeks, plain.weeks, strict=True):
        assert np.array_equal(mine[0], other[0])
        assert mine[2] - other[2] == pytest.approx(mine[1], abs=2e-6)
        due = mine[3] != 0
        more.append((mine[2] - other[2])[due].mean() if due.any() else 0.0)
    assert max(more[1:4]) > 0.08  # nearly half a standard deviation x a fifth of the price
    assert 0 <= more[39] < 0.2 * max(more)  # late joiners and light buyers are not used to it yet
    assert more[40] < -0.05


def test_a_full_card_is_felt_by_its_worth_and_its_end_is_felt_by_the_stamp():
    """Reward of .05 x 4 prices: U = .1 at first. After the end each purchase misses a quarter of what is expected."""
    one, felt = market(to_week=40, terms={"expiry_weeks": 1000})
    level = np.zeros(one.spec.shoppers)
    quarter = 0
    for week in range(60):
        one.step()
        who, uplift, _, _, redeemed = felt.weeks[week]
        full = redeemed > 0
        assert uplift[full] == pytest.approx(0.5 * 0.05 * 4 - level[who[full]], abs=1e-6)
        level[who[full]] += 0.3 * uplift[full]
        rest = who[~full]
        if week < 40:
            assert np.all(uplift[~full] == 0)
        else:
            assert uplift[~full] == pytest.approx(-level[rest] / 4, abs=1e-6)
            level[rest] *= 1 - 0.3 / 4
            quarter += (level[rest] > 0).sum()
        assert one.state.expects_reward[:, 0] == pytest.approx(level, abs=1e-6)
    assert quarter > 100


def test_members_of_a_scheme_that_ran_before_the_start_are_used_to_its_rewards():
    own = {0: {"scheme": {"reward_rate": 0.05, "threshold": 4.0}}}
    one = market_with_scheme(more={"habituation": True}, need=ONCE, brands=own, burn_in=0, usage=PLAIN)
    member = one.state.member[:, 0] == 1
    assert one.state.expects_reward[:, 0] == pytest.approx(np.where(member, 0.1, 0.0))
    felt = Felt()
    one.recorders.append(felt)
    run(one, 10)
    who, uplift, points = (np.concatenate([week[k] for week in felt.weeks]) for k in (0, 1, 4))
    old = (points > 0) & member[who]
    assert old.sum() > 50
    assert np.all(np.abs(uplift[old]) < 1e-6)
