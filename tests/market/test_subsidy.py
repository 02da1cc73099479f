"""What a brand gives away, and how much of it bought nothing more; and how far brands get at visits."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.market.market import Market
from sim.market.record.funnel import SEEN, Funnel
from sim.market.record.subsidy import Subsidy
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import Intervention
from sim.market.state import NEVER
from sim.market.week import discover

FOUND = discover()
SCHEME = Intervention(brand="acme", set={"scheme.reward_rate": 0.1, "scheme.threshold": 1, "scheme.reward_cost": 0.6})
CUT = Intervention(brand="acme", from_week=2, set={"price": 4.0})


def visits(who, choice, redeemed, **more):
    """Return a round of visits at a brand whose price fell from 5 to 4.5; rewards are 10 % and cost 60 % of that."""
    world = SimpleNamespace(
        reward_rate=np.array([0.1]), reward_unit_cost=np.array([0.6]), list_price_start=np.array([4.0, 5.0]),
        list_price=np.array([4.0, 4.5]), wholesale=np.array([[300, 450]]),
    )  # fmt: skip
    visit = SimpleNamespace(
        who=np.array(who, np.uint32), choice=np.array(choice, np.uint8), points_redeemed=np.array(redeemed, np.int32),
        retailer=np.zeros(len(who), np.uint8),
    )  # fmt: skip
    market = SimpleNamespace(slot_of=np.array([-1, 0]), spec=SimpleNamespace(shoppers=4))
    return SimpleNamespace(world=world, visit=visit, count=len(who), market=market, **more)


def test_by_hand_a_shopper_who_buys_twice_for_once_has_half_of_its_rewards_and_reductions_for_nothing():
    subsidy = Subsidy(1)
    block = visits([0, 1, 2], [1, 1, 0], [1000, 0, 500])
    subsidy.open_week(block.market)
    subsidy.on_visit(block)
    subsidy.on_visit(visits([0], [1], [0]))
    assert subsidy.bought.tolist() == [2, 1, 0, 0]
    assert subsidy.rewards.tolist() == [60, 0, 0, 0]  # 1000 points are 100 cents at face value; other brands' are not
    assert subsidy.cuts.tolist() == [100, 50, 0, 0]
    given = subsidy.given(np.array([1, 3, 5, 0], np.uint16))  # the second buys less than it did, the third nothing
    assert given == {
        "rewards": 0.6, "rewards_anyway": 0.3, "price_reductions": 1.5, "price_reductions_anyway": 1.0
    }  # fmt: skip


def watched(spec, timeline=(), params=None, weeks=16, **more):
    """Return what a market of one timeline has left: purchases and gifts of acme, and the weekly table."""
    table, subsidy, funnel = WeeklyTable(), Subsidy(0), Funnel(4, weeks)
    market = Market(
        spec, params, seed=5, burn_in=2, timeline=timeline, recorders=[table, subsidy, funnel], schemes=["acme"], **more
    )
    for _ in range(2 + weeks):
        market.step()
    return subsidy, table, funnel


def test_what_is_given_is_what_the_weekly_table_says_it_cost(small_spec):
    params = {"add_on": FOUND["add_on"].params(on=False)}  # whose price falls too
    anyway, _, _ = watched(small_spec(), (), params)
    subsidy, table, _ = watched(small_spec(), [SCHEME, CUT], params)
    given = subsidy.given(anyway.bought)
    rewards = np.flatnonzero(subsidy.rewards).size
    assert rewards > 50
    # in the table face values are summed before the cost of a unit is applied: at most half a cent a reward apart
    assert given["rewards"] == pytest.approx(table.column("reward_cost")[:, 0].sum(), abs=0.005 * 16 * rewards)
    assert given["price_reductions"] == pytest.approx(table.column("price_reduction")[:, 0].sum(), rel=0.005)
    assert 0 < given["rewards_anyway"] < given["rewards"]
    assert 0 < given["price_reductions_anyway"] < given["price_reductions"]


def test_rewards_that_nobody_minds_are_all_for_nothing(small_spec):
    params = {
        "loyalty_scheme": FOUND["loyalty_scheme"].params(face_value_counted=0.0),
        "points": FOUND["points"].params(acceleration=0.0),
        "habituation": FOUND["habituation"].params(on=False),
    }
    anyway, _, _ = watched(small_spec(), (), params)
    subsidy, _, _ = watched(small_spec(), [SCHEME], params)
    given = subsidy.given(anyway.bought)
    assert (subsidy.bought == anyway.bought).all()
    assert given["rewards"] == given["rewards_anyway"] > 0


# --- the funnel


def test_by_hand_each_visit_goes_as_far_as_it_goes():
    funnel = Funnel(0, 1)
    visit = SimpleNamespace(
        utility=np.zeros((3, 3), np.float32),
        mind=np.array([0b011, 0b100, 0b111], np.uint32),
        tried=np.array([1, 0, 2], np.uint8),
        choice=np.array([1, 0, 2], np.uint8),  # the second finds its brand by search, the third buys by habit
        satisfaction=np.array([0.5, -0.1, 0.0], np.float32),
        previous_week=np.array([-26, NEVER, -27], np.int16),
    )
    plan = SimpleNamespace(is_written=lambda name: True)
    funnel.on_visit(
        SimpleNamespace(week=0, visit=visit, looked=3, count=3, active=2, market=SimpleNamespace(plan=plan))
    )
    funnel.on_visit(SimpleNamespace(week=1, visit=visit, looked=3, count=3, active=2))  # after the window
    counts = {name: (3 * share).tolist() for name, share in funnel.shares().items()}
    assert counts == {
        "considered": [2, 1, 2], "bought": [1, 1, 1], "satisfied": [0, 1, 0], "again": [0, 1, 0]
    }  # fmt: skip


def test_a_funnel_narrows_and_its_purchases_are_the_units_sold_however_many_work_at_it(small_spec, monkeypatch):
    monkeypatch.setattr("sim.market.market.block_size", lambda spec, threads: 64)
    _, table, alone = watched(small_spec())
    _, _, together = watched(small_spec(), threads=2)
    shares = alone.shares()
    units = table.column("units")[4:16].sum(axis=0)
    assert shares["bought"] / shares["bought"].sum() == pytest.approx(units / units.sum(), rel=1e-12)
    assert shares["bought"] == pytest.approx(shares["completed"], rel=1e-12)
    assert (shares["completed"] < shares["contacted"]).all()
    assert (shares["contacted"] < shares["considered"]).all()
    for narrow in ("satisfied", "again", "recommended"):
        assert (shares[narrow] <= shares["bought"]).all()
    assert (shares["bought"] <= shares["considered"]).all()
    for name, share in together.shares().items():
        assert (share == shares[name]).all(), name
    assert set(shares) == {*SEEN, "contacted", "completed", "recommended"}


def test_stages_that_a_behaviour_tallies_join_by_their_name():
    market = SimpleNamespace(
        week=0, tally=SimpleNamespace(fields={"contacted": None}, contacted=np.array([3, 1], np.int64))
    )
    funnel = Funnel(0, 2)
    funnel.close_week(market)
    funnel.close_week(market)
    funnel._visits[0] = 8
    assert funnel.shares()["contacted"].tolist() == [0.75, 0.25]


def test_where_nobody_shops_no_share_is_known(small_spec):
    assert np.isnan(Funnel(0, 1).shares()["bought"]).all()
