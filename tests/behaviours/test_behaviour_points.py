"""Points beyond the books: cards of several schemes, hurry, and the ways to take part."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, run
from pydantic import ValidationError
from scipy.special import expit

from sim.market.behaviours.points import Params as Points
from sim.market.market import Market
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import Intervention, Scheme

SHARES = [0.4, 0.3, 0.2, 0.1]
TERMS = {"reward_rate": 0.05, "threshold": 5.0, "expiry_weeks": 20}
EAGER = {"hassle": 0.0, "hassle_spread": 0.0, "hesitation": 1e-3}


def market(points=True, *, schemes=(0,), shoppers=3000, burn_in=0, timeline=(), usage=True, **settings):
    brands = {k: {"scheme": TERMS} for k in schemes}
    spec = market_spec(SHARES, shoppers=shoppers, **{"S": 2.0, "rate": 0.5, "brands": brands, **settings})
    params = only(
        **CHOOSING,
        **({"usage": True} if usage else {}),
        **({"points": points, "loyalty_scheme": True} if points else {}),
    )
    return Market(spec, params, seed=43, burn_in=burn_in, timeline=timeline)


def test_without_points_nobody_is_a_member_of_anything():
    one = run(market(None), 5)
    assert np.all(one.state.member == 0)
    assert np.all(one.state.points == 0)
    assert np.all(one.state.urgency == 1)
    for name in ("joined", "points_issued", "points_redeemed", "points_expired", "rewards"):
        assert np.all(getattr(one.tally, name) == 0)


def test_without_schemes_there_is_nothing_to_join():
    one = run(market(Points(**EAGER), schemes=()), 5)
    assert one.state.member.shape == (3000, 0)
    assert np.all(one.state.urgency == 1)


def test_members_hurry_by_their_fullest_card():
    """Urgency 1 + a (fullest card - 1/2) for whoever holds points, else 1; full is full."""
    one = run(market(Points(**EAGER, acceleration=0.4), schemes=(0, 2), rate=1.0), 15)
    cards = one.state.points / one.world.threshold
    fullest = np.minimum(np.where(one.state.member == 1, cards, 0).max(axis=1), 1)
    bought = np.any(one.state.bought_week[:, [0, 2]] >= 0, axis=1)  # cards from before hurry from the next stamp on
    expected = np.where(fullest > 0, 1 + 0.4 * (fullest - 0.5), 1.0)
    assert np.allclose(one.state.urgency[bought], expected[bought], atol=1e-6)
    assert 0.5 < one.state.urgency.mean() < 1.5


def test_without_acceleration_nobody_hurries():
    one = run(market(Points(**EAGER, acceleration=0.0)), 10)
    assert np.all(one.state.urgency == 1)


def test_each_scheme_has_its_own_cards():
    """Points of a scheme grow by what is paid for its brand and by nothing else."""
    one = market(Points(**EAGER), schemes=(0, 2), shoppers=2000)
    held, outstanding = one.state.points.sum(axis=0, dtype=int), one.world.outstanding.copy()
    assert np.array_equal(held, outstanding)
    for _ in range(6):
        one.step()
        tally = one.tally
        held += tally.points_issued - tally.points_redeemed - tally.points_expired
        assert np.array_equal(held, one.state.points.sum(axis=0, dtype=int))
        members = one.state.member.sum(axis=0)
        assert np.array_equal(members, one.world.members)
        assert np.all(tally.points_issued <= tally.spending[[0, 2]])


@pytest.mark.parametrize("spread", [0.0, 0.8])
def test_joining_is_more_trouble_to_some(spread):
    """Lognormal with the given mean."""
    hassle = market(Points(hassle=0.3, hassle_spread=spread), shoppers=20_000).state.hassle.astype(float)
    assert_within(mean(hassle), 0.3, beyond=1e-6)
    assert_within(mean(np.log(hassle)), np.log(0.3) - spread**2 / 2, beyond=1e-6)


def test_a_scheme_that_ran_before_has_the_members_of_two_years():
    """Chance 1 - (1 - join)^(purchases in two years), given pace and hassle: coins in fifths of pace."""
    one = market(shoppers=20_000)
    taste = np.exp(one.state.taste.astype(float))
    pace = one.state.rate * taste[:, 0] / taste.sum(axis=1)
    joins = expit((0.7 * 0.05 * pace * 52 - one.state.hassle) / 0.1)
    chance = 1 - (1 - joins) ** (pace * 104)
    group = np.digitize(pace, np.quantile(pace, [0.2, 0.4, 0.6, 0.8]))
    error = np.sqrt(np.bincount(group, chance * (1 - chance)))
    assert_within((np.bincount(group, one.state.member[:, 0]), error), np.bincount(group, chance))
    assert one.world.members[0] == one.state.member.sum()


def test_cards_from_before_are_held_only_by_members_who_bought_in_time():
    one = market(shoppers=20_000, rate=0.05)
    points, member = one.state.points[:, 0], one.state.member[:, 0] == 1
    recent = -one.state.bought_week[:, 0].astype(int) < TERMS["expiry_weeks"]
    assert np.all(points[~(member & recent)] == 0)
    assert np.all(points < one.spec.brands["brand_0"].price * 100 * TERMS["threshold"])
    fullness = points[member & recent] / (100 * 100 * TERMS["threshold"])
    assert_within(mean(fullness), 0.5)


def test_nothing_expires_in_the_first_week_of_a_scheme_that_ran_before():
    one = run(market(shoppers=20_000, rate=0.05), 1)
    was_due = -one.state.bought_week[:, 0].astype(int) == TERMS["expiry_weeks"]
    assert np.all(one.state.points[was_due & (one.state.bought_week[:, 0] < 0), 0] == 0)


def test_a_scheme_that_starts_later_begins_without_members():
    start = Intervention(brand="brand_1", from_week=3, set={f"scheme.{k}": v for k, v in TERMS.items()})
    one = market(Points(**EAGER), schemes=(), timeline=[start], rate=1.0)
    run(one, 3)
    assert one.world.members[0] == 0
    run(one, 1)
    assert one.world.members[0] == one.tally.joined[0] > 0


def test_where_everybody_takes_part_points_are_only_collected():
    """Points are what was paid for the brand; nothing is redeemed, nothing expires, nobody hurries."""
    one = market(Points(joining="everybody"), rate=1.0)
    assert np.all(one.state.member == 1)
    x = purchases(one, 30)
    assert np.array_equal(one.state.points[:, 0], 100 * 100 * x[:, 0])
    assert np.all(one.state.urgency == 1)
    assert one.tally.points_redeemed[0] == one.tally.points_expired[0] == 0


def test_a_scheme_works_for_shoppers_whose_experience_is_not_followed():
    """With `usage` switched off a scheme still knows when points were last earned: they do not expire at once."""
    one = market(Points(**EAGER), usage=False, rate=1.0)
    for _ in range(6):
        one.step()
    assert one.world.outstanding[0] > 0
    active = one.state.points[:, 0] > 0
    assert active.mean() > 0.3


def test_rewards_cost_the_brand_what_its_scheme_says():
    own = {0: {"scheme": {**TERMS, "reward_cost": 0.6}}}
    table = WeeklyTable()
    one = market(Points(**EAGER), brands=own, rate=1.0)
    one.recorders.append(table)
    run(one, 20)
    redeemed, cost = table.column("points_redeemed")[:, 0], table.column("reward_cost")[:, 0]
    assert redeemed.sum() > 0
    assert cost == pytest.approx(redeemed / 100 * 0.05 * 0.6)
    assert table.column("points_liability")[-1, 0] == pytest.approx(one.world.outstanding[0] / 100 * 0.05)


@pytest.mark.parametrize(
    "wrong",
    [{"reward_rate": 1.5}, {"threshold": 0}, {"expiry_weeks": 0}, {"head_start": 1.0}, {"reward_cost": -0.1}],
)
def test_terms_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Scheme(**wrong)
    with pytest.raises(ValidationError, match="joining"):
        Points(joining="by force")
