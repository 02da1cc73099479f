"""Vouchers: who holds one, what it is worth in choice, what it costs at the till, and that none is stored."""

import numpy as np
import pytest
from bare_market import assert_within, market_spec, only, run, terms
from bare_scheme import EAGER, ONCE, PRICE, market_with_scheme, started
from pydantic import ValidationError

from sim.market.behaviours.voucher_value import Params as VoucherValue
from sim.market.market import Market
from sim.market.record.recorder import Recorder
from sim.market.spec import Scheme

ALONE = {"reward_rate": 0.0, "voucher_every": 6, "voucher_weeks": 2, "voucher_value": 0.1, "voucher_use": 0.4}


class Till(Recorder):
    """Keeps, for every purchase of the brand by somebody who was a member before, the week it last bought it."""

    def __init__(self):
        self.member, self.rows = None, []

    def open_week(self, market):
        self.member = market.state.member[:, 0].copy()

    def on_visit(self, block):
        visit, n = block.visit, block.count
        mine = (visit.choice[:n] == 0) & (self.member[visit.who[:n]] == 1)
        column = (visit.who, visit.previous_week, visit.voucher_off, visit.paid)
        self.rows.append(np.array([np.full(mine.sum(), block.week), *(c[:n][mine] for c in column)], int))

    def columns(self):
        return np.concatenate(self.rows, axis=1)


def test_a_voucher_is_taken_once_in_its_weeks_and_as_often_as_it_is_remembered():
    """Held: the last mailing at most two weeks ago, and no purchase of the brand since. Mailings in weeks 0, 6, 12."""
    market = market_with_scheme(started(**ALONE), points=EAGER, need=ONCE, burn_in=0, more={"vouchers": True})
    till = Till()
    market.recorders.append(till)
    cost = taken = 0
    for _ in range(48):
        market.step()
        cost += market.tally.voucher_cost
        taken += market.tally.vouchers_taken[0]
        assert market.tally.revenue[0] == round(0.75 * PRICE * 100) * market.tally.units[0]  # paid as ever
    week, _, before, off, paid = till.columns()
    mailed = week // 6 * 6
    held = (week - mailed <= 2) & (before < mailed)
    assert np.all(off[~held] == 0)
    assert set(np.unique(off)) == {0, round(0.1 * PRICE * 100)}
    assert np.all(paid == round(PRICE * 100))
    share = (off[held] > 0).mean()
    assert_within((share, np.sqrt(0.4 * 0.6 / held.sum())), 0.4)
    assert cost.tolist() == [off.sum(), 0, 0, 0, 0]
    assert taken == (off > 0).sum() > 100


def test_vouchers_alone_make_a_scheme_with_members_and_without_points():
    market = run(market_with_scheme(started(**ALONE), burn_in=0, more={"vouchers": True}), 20)
    assert 0 < market.world.members[0] < market.spec.shoppers
    assert market.state.points.sum() == 0
    assert not market.world.accrues[0]
    assert market.world.runs[0]


@pytest.mark.parametrize("ending", ["run_off", "withdrawn"])
def test_vouchers_in_hand_are_taken_after_the_last_mailing_and_no_others(ending):
    """Mailings in weeks 0, 6, 12 and 18; the scheme ends at 19, and vouchers run to week 20."""
    market = market_with_scheme(
        started(to_week=19 if ending == "withdrawn" else None, **{**ALONE, "voucher_use": 1.0}),
        run_off_from=19 if ending == "run_off" else None, points=EAGER, burn_in=0, more={"vouchers": True},
    )  # fmt: skip
    costs = []
    for _ in range(36):
        market.step()
        costs.append(int(market.tally.voucher_cost[0]))
    assert min(costs[18:21]) > 0
    assert not any(costs[21:])
    assert market.world.members[0] == market.state.member.sum()


def holding(psi=0.7, weeks_ago=1, bought=-5, beta=4.7):
    own = {0: {"scheme": {**ALONE, "voucher_every": 50}}}
    spec = market_spec([0.4, 0.3, 0.3], shoppers=11, beta=beta, brands=own)
    value = VoucherValue(face_value_counted=psi)
    params = only(need=True, taste=True, choice=True, points=True, vouchers=True, voucher_value=value)
    market = Market(spec, params, seed=1, burn_in=weeks_ago)
    for _ in range(weeks_ago + 1):
        market.behaviours["vouchers"].open_week(market)
        market.week += 1
    market.week -= 1
    market.state.member[:] = 1
    market.state.bought_week[:] = bought
    return market


@pytest.mark.parametrize("psi", [0.0, 0.7, 1.1])
def test_a_voucher_in_hand_is_worth_what_it_saves_by_the_chance_to_remember_it(psi):
    found = terms(holding(psi), "voucher_value")
    assert found[0] == pytest.approx(np.full(11, -4.7 * np.log(1 - psi * 0.1 * 0.4)), rel=1e-5, abs=1e-9)
    assert np.all(found[1:] == 0)


def test_only_members_with_a_voucher_in_hand_count_it():
    market = holding()
    market.state.member[3] = 0
    market.state.bought_week[5, 0] = market.week  # has bought since
    found = terms(market, "voucher_value")[0]
    assert np.flatnonzero(found == 0).tolist() == [3, 5]
    assert np.all(terms(holding(weeks_ago=3), "voucher_value") == 0)  # too late


@pytest.mark.parametrize("wrong", [{"voucher_every": -1}, {"voucher_value": 1.1}, {"voucher_use": 2.0}])
def test_vouchers_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Scheme(**wrong)
