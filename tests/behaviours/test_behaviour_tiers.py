"""Gold members: made and unmade by experienced pace, given what is theirs, pulled from just below."""

import numpy as np
import pytest
from bare_market import FOUND, market_spec, run, terms
from bare_scheme import EAGER, ONCE, PRICE, market_with_scheme, started
from pydantic import ValidationError

from sim.market.behaviours.points import Params as Points
from sim.market.behaviours.tier_value import Params as TierValue
from sim.market.behaviours.tiers import Params as Tiers
from sim.market.market import Market
from sim.market.record.recorder import Recorder
from sim.market.spec import Scheme
from sim.market.world.cards import fill_gains

BETA = 4.7


class Status(Recorder):
    """Judges every member anew at each purchase by the pace the market holds, and adds up what gold is due."""

    def __init__(self, market, at, grace=0.2):
        self.gold = market.state.gold[:, 0].copy()
        self.at, self.grace, self.perks, self.bonus, self.paid, self.lost = at, grace, 0, 0, 0, 0

    def on_visit(self, block):
        visit, n = block.visit, block.count
        mine = visit.choice[:n] == 0
        who, paid = visit.who[:n][mine], visit.paid[:n][mine]
        member = block.state.member[who, 0] == 1
        who, paid = who[member], paid[member]
        was = self.gold[who] == 1
        self.perks += was.sum()
        self.bonus += np.rint(0.5 * paid[was]).astype(int).sum()
        self.paid += paid.sum()
        often = block.state.pace[who, 0] * np.float32(52)
        keeps = often >= np.float32(1 - self.grace) * np.float32(self.at)
        self.lost += (was & ~keeps).sum()
        self.gold[who] = np.where(was, keeps, often >= np.float32(self.at))


def test_gold_is_won_at_a_pace_and_lost_only_below_it_and_gets_its_points_and_perks():
    terms = {"tier_at": 9.0, "tier_bonus": 0.5, "tier_perk": 0.04, "reward_cost": 0.6, "expiry_weeks": 1000}
    market = market_with_scheme(started(**terms), points=EAGER, burn_in=0, more={"tiers": True})
    status = Status(market, 9.0)
    market.recorders.append(status)
    issued = perks = 0
    for _ in range(60):
        market.step()
        issued += market.tally.points_issued[0]
        perks += market.tally.perk_cost[0]
        assert np.array_equal(market.state.gold[:, 0], status.gold)
        assert market.world.gold_members[0] == status.gold.sum()
        assert np.all(market.tally.perk_cost[1:] == 0)
        assert market.world.outstanding[0] == market.state.points.sum()
    assert status.lost > 10
    assert 100 < status.gold.sum() < 2000
    assert issued == status.paid + status.bonus
    assert perks == status.perks * round(0.04 * 0.6 * PRICE * 100)


def test_status_ends_with_the_tiers():
    terms = started(to_week=20, tier_at=5.0, tier_perk=0.05)
    market = market_with_scheme(terms, points=EAGER, burn_in=0, more={"tiers": True})
    assert run(market, 20).world.gold_members[0] > 0
    run(market, 1)
    assert market.world.gold_members[0] == market.state.gold.sum() == 0
    assert market.tally.perk_cost.sum() == 0


def test_a_scheme_of_tiers_alone_has_members_and_no_points():
    market = market_with_scheme(started(reward_rate=0.0, tier_at=5.0, tier_perk=0.05), more={"tiers": True}, burn_in=0)
    run(market, 30)
    assert market.world.members[0] > 0
    assert market.world.gold_members[0] > 0
    assert market.state.points.sum() == 0
    assert market.tally.points_issued.sum() == 0


def test_tiers_that_ran_before_the_start_have_those_who_buy_often():
    own = {0: {"scheme": {"reward_rate": 0.05, "tier_at": 8.0, "tier_perk": 0.05}}}
    market = market_with_scheme(brands=own, more={"tiers": True})
    taste = np.exp(market.state.taste)
    often = 52 * market.state.rate * taste[:, 0] / taste.sum(axis=1)
    gold = market.state.gold[:, 0] == 1
    assert np.array_equal(gold, (often >= 8) & (market.state.member[:, 0] == 1))
    assert market.world.gold_members[0] == gold.sum() > 0


def at_paces(paces, gold, value=True, **scheme):
    """Make a market of members with given paces, a share of those of gold, who have all bought this week."""
    own = {0: {"scheme": {"reward_rate": 0.05, "tier_at": 10.0, "tier_bonus": 0.5, "tier_perk": 0.06, **scheme}}}
    spec = market_spec([0.4, 0.3, 0.3], shoppers=len(paces), beta=BETA, brands=own)
    params = {name: b.params() for name, b in FOUND.items()}
    market = Market(spec, {**params, **({"tier_value": value} if value is not True else {})}, seed=2, burn_in=0)
    for name in ("points", "tiers"):
        market.behaviours[name].open_week(market)
    market.state.member[:] = 1
    market.state.gold[:, 0] = gold
    market.state.pace[:, 0] = np.asarray(paces) * 10.0 / 52
    market.state.bought_week[:] = 0
    return market


def test_gold_is_worth_its_perks_and_further_points_and_pulls_from_just_below():
    paces = np.array([0.0, 0.5, 0.7, 0.76, 0.85, 0.97, 1.0, 1.2])
    worth = -BETA * np.log(1 - 0.7 * (0.06 + 0.5 * 0.05))
    below = terms(at_paces(paces, 0), "tier_value")
    assert below[0] == pytest.approx(worth * 0.25 * np.clip((paces - 0.7) / 0.3, 0, 1), abs=1e-6)
    assert terms(at_paces(paces, 1), "tier_value")[0] == pytest.approx(np.full(8, worth), rel=1e-5)
    assert np.all(below[1:] == 0)


def test_status_counts_by_its_dials_and_for_members_alone():
    half = TierValue(face_value_counted=0.35, pull=0.0)
    assert np.all(terms(at_paces([0.9, 0.99], 0, half), "tier_value") == 0)
    market = at_paces([2.0, 2.0], 1, half)
    market.state.member[1] = 0
    found = terms(market, "tier_value")[0]
    assert found == pytest.approx([-BETA * np.log(1 - 0.35 * 0.085), 0.0], rel=1e-5)


def test_joining_is_worth_points_perks_and_vouchers_in_closed_form():
    pace = np.array([0.01, 0.1, 0.19, 0.2, 0.5, 1.0], np.float32)
    out = np.empty_like(pace)
    fill_gains(pace, 0.7, 0.03, 10.0, 0.5, 0.04, 1.3, 4.0, out)
    gold = np.where(pace * 52 >= 10, 0.04 + 0.5 * 0.03, 0.0)
    assert out == pytest.approx(0.7 * (pace * 52 * (0.03 + gold) + 1.3 * (1 - np.exp(-pace * 4.0))), rel=1e-4)


def test_without_tiers_and_vouchers_nothing_is_done():
    """A scheme without them is the same with the behaviours on and off."""
    on, off = (
        market_with_scheme(started(), points=Points(), need=ONCE, more=dict.fromkeys(names, True))
        for names in (("tiers", "tier_value", "vouchers", "voucher_value"), ())
    )
    run(on, 10)
    run(off, 10)
    for field, array in on.state:
        assert np.array_equal(array, getattr(off.state, field.name)), field.name


@pytest.mark.parametrize("wrong", [{"tier_at": -1}, {"tier_bonus": -0.1}, {"tier_perk": 1.1}])
def test_tiers_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Scheme(**wrong)
    with pytest.raises(ValidationError, match="grace"):
        Tiers(grace=2.0)
