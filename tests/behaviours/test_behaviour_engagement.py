"""Engagement after the purchase: Relate, asking for advocacy, and service contacts."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, run, terms
from hypothesis import given, settings
from hypothesis import strategies as st
from service_kit import bare, lift, visits

from sim.market.behaviours.advocacy import Params as Advocacy
from sim.market.behaviours.engagement import Params as Engagement
from sim.market.behaviours.own_experience import Params as OwnExperience
from sim.market.behaviours.usage import Params as Usage
from sim.market.market import Market
from sim.market.spec import Intervention
from sim.market.state import NEVER, Frame
from sim.market.world.fading import FIELDS, fade_by_sign, fade_plainly

QUIET = Engagement(contacts=0.0)


# ---- Relate --------------------------------------------------------------------------------------------------------


def remembering(z_by_week, half_life=10.0):
    """Let weeks pass from a purchase at which half the shoppers liked brand 0 by 1 and half disliked it by 1."""
    market = bare(
        200, usage=Usage(memory_half_life=half_life, past_purchases=0), engagement=QUIET,
        own_experience=OwnExperience(weight=1.0, discounts_others=False),
    )  # fmt: skip
    market.state.memory[:100], market.state.memory[100:] = 1.0, -1.0
    market.state.bought_week[:] = 0
    for week, z in enumerate(z_by_week):
        market.week = week + 1
        lift(market, "relate", z)
        market.behaviours["usage"].open_week(market)
        market.behaviours["engagement"].open_week(market)
    return market


@pytest.mark.parametrize("z", [0.6, 0.2, -0.3])
@pytest.mark.parametrize("weeks", [1, 8, 40])
def test_relate_keeps_good_memories_longer_and_bad_ones_shorter(z, weeks):
    """After t weeks +-1 is left as +-2^(-t/h): h = 10 (1 + .5 z) for the good, 10/(1 + .25 z) for the bad."""
    left = terms(remembering([z] * weeks), "own_experience")
    assert np.allclose(left[0, :100], 0.5 ** (weeks / (10 * (1 + 0.5 * z))), atol=1e-5)
    assert np.allclose(left[0, 100:], -(0.5 ** (weeks * (1 + 0.25 * z) / 10)), atol=1e-5)
    assert np.allclose(left[1, :100], 0.5 ** (weeks / 10), atol=1e-5)  # the other brand's fade as ever
    assert np.allclose(left[1, 100:], -(0.5 ** (weeks / 10)), atol=1e-5)


def test_a_speed_acts_in_the_weeks_in_which_it_held_and_in_no_others():
    zs = [0.0] * 5 + [0.8] * 5 + [0.0] * 5
    left = terms(remembering(zs), "own_experience")[0]
    assert np.allclose(left[:100], 0.5 ** (sum(1 / (1 + 0.5 * z) for z in zs) / 10), atol=1e-5)
    assert np.allclose(left[100:], -(0.5 ** (sum(1 + 0.25 * z for z in zs) / 10)), atol=1e-5)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1.25), min_size=1, max_size=30), st.floats(5, 60))
def test_what_is_left_shrinks_with_age_and_no_spending_on_relate_turns_it_round(zs, half_life):
    """Good memories are kept at least as long as without, bad ones at most; single precision."""
    world = Frame(FIELDS, {"B": 1, "2": 2, "A": 60, "1": 1})
    speed = np.log(2) / half_life
    fade_plainly(world, speed)
    plain = world.memory_kept[0, 0].copy()
    for z in zs:
        fade_by_sign(world, 0, speed / (1 + 0.5 * z), speed * (1 + 0.25 * z))
    good, bad = world.memory_kept[0]
    assert np.all(np.diff(world.memory_kept[0], axis=1) <= 0)
    assert good[0] == bad[0] == 1
    assert np.all(bad <= plain * (1 + 1e-5))
    assert np.all(good >= plain * (1 - 1e-5))


def test_relate_leaves_alone_how_much_own_experience_outweighs_others_word():
    fresh = []
    for z in (0.0, 0.8):
        market = remembering([z] * 6)
        market.params["own_experience"] = OwnExperience(discounts_others=True)
        terms(market, "own_experience")
        fresh.append(market.poll_block.visit.familiar.copy())
    assert fresh[0] == pytest.approx(np.full((2, 200), 0.5**0.6), abs=1e-5)
    assert np.array_equal(*fresh)


def test_the_next_purchase_remembers_what_the_choice_remembered():
    market = remembering([0.5] * 12)
    expected = terms(market, "own_experience")
    for brand in (0, 1):
        for block in visits(market, brand, previous_week=0):
            market.behaviours["usage"].on_visit(block)
            assert np.allclose(block.visit.faded[:200], expected[brand], atol=1e-6)
        market.state.memory[:100], market.state.memory[100:] = 1.0, -1.0  # as before this purchase


def test_at_rest_engagement_without_contacts_changes_nothing():
    spec = market_spec([0.5, 0.3, 0.2], shoppers=2000, S=2.0)
    parts = {**CHOOSING, "usage": True, "own_experience": True, "advocacy": True}
    one, other = (Market(spec, only(**parts, **more), seed=2, burn_in=0) for more in ({}, {"engagement": QUIET}))
    assert np.array_equal(purchases(one, 6), purchases(other, 6))
    assert np.array_equal(one.state.memory, other.state.memory)
    assert other.world.fades_plainly.all()


def test_a_brand_that_relates_sells_more():
    """Paired: both arms share every draw; gains counted by shopper."""
    sold = []
    for spend in ({}, {"relate": 1e5}):
        spec = market_spec([0.3, 0.3, 0.4], shoppers=6000, rate=0.1, S=2.0)
        params = only(**CHOOSING, usage=True, own_experience=OwnExperience(weight=1.0), engagement=QUIET)
        change = [Intervention(brand="brand_0", spend=spend)]
        sold.append(purchases(Market(spec, params, seed=5, burn_in=0, timeline=change), 104)[:, 0])
    gain, error = mean(sold[1] - sold[0])
    assert gain > 3 * error > 0


# ---- asking for advocacy -------------------------------------------------------------------------------------------


def told(z):
    """Let 20,000 shoppers buy brand 0, with the lever lifted by z; return who posts and who talks.

    Each as two numbers: of the happy, and of others. What is said has a valence in sixteenths of a sd around 128.
    """
    market = bare(20_000, usage=True, advocacy=Advocacy(posting=0.1, talk=0.3), engagement=QUIET)
    lift(market, "advocacy", z)
    for name in ("usage", "engagement"):
        market.behaviours[name].open_week(market)
    posts = np.zeros(2, int)
    for block in visits(market):
        for name in ("usage", "advocacy"):
            market.behaviours[name].on_visit(block)
        happy, posted = block.visit.satisfaction[: block.count] > 0, block.visit.posts[: block.count] > 0
        posts += np.count_nonzero(posted & happy), np.count_nonzero(posted & ~happy)
    valence = market.state.saying[market.state.saying > 0] >> 8 & 0xFF
    return posts, np.array([np.count_nonzero(valence > 128), np.count_nonzero(valence < 128)])


def test_happy_owners_who_are_asked_post_and_talk_more_and_others_as_ever():
    """By a factor 1 + 2 x .4 = 1.8; counts are Poisson-like, and shared draws make the error less than that."""
    for plain, asked in zip(told(0.0), told(0.4), strict=True):
        assert_within((asked[0] / plain[0], 1.8 * np.sqrt(1 / asked[0] + 1 / plain[0])), 1.8)
        assert asked[1] == plain[1] > 0


def test_the_more_they_are_asked_the_more_they_post():
    assert told(0.1)[0][0] > told(0.0)[0][0] > told(-0.2)[0][0]


# ---- contacts ------------------------------------------------------------------------------------------------------


def owners(now=0.75, *, shoppers=40_000, memory=0.0, age=0, weeks=4, seed=51, start=0.75, **params):
    """Let owners of brand 0, who bought it `age` weeks ago, live through some weeks; return the market."""
    change = [Intervention(brand="brand_0", set={"service.coverage": now, "service.contact_cost": 2.0})]
    market = bare(
        shoppers, brands={0: {"service": {"coverage": start}}}, timeline=change, seed=seed,
        engagement=Engagement(**{"contacts": 0.1, "contact_effect": 0.2, **params}),
        usage=Usage(memory_half_life=20.0, past_purchases=0),
    )  # fmt: skip
    market.state.last_brand[:] = 0
    market.state.bought_week[:, 0] = -age
    market.state.memory[:, 0] = memory
    met, missed, cost = np.zeros(2, int), np.zeros(2, int), np.zeros(2, int)
    for _ in range(weeks):
        market.step()
        met, missed = met + market.tally.contacts_met, missed + market.tally.contacts_missed
        cost = cost + market.tally.contact_cost
    return market, met, missed, cost


def remembered_now(market, age):
    """Return what is left of the memory of brand 0. Shape (N,)."""
    return market.state.memory[:, 0] * 0.5 ** (age / 20.0)


@pytest.mark.parametrize("now", [0.75, 0.95, 0.5])
def test_contacts_move_memory_by_what_coverage_is_beyond_the_start(now):
    """In four weeks everybody is asked once, with chance .4: mean .4 x effect x (now - start); none at the start's."""
    market, met, missed, _ = owners(now)
    assert_within((met[0] + missed[0], np.sqrt(40_000 * 0.4 * 0.6)), 16_000)
    assert_within((met[0] / (met + missed)[0], np.sqrt(now * (1 - now) / 16_000)), now)
    # a shopper is asked in one of the first four weeks, and memory fades little in what is left of them
    left = np.mean(0.5 ** (np.arange(4) / 20.0))
    assert_within(mean(remembered_now(market, 3)), 0.4 * 0.2 * (now - 0.75) * left)


def test_one_contact_changes_memory_as_it_is_now_and_not_as_it_was():
    """Bought nine weeks ago, remembered by -.3 then: -.3 x 2^(-9/20) now, plus .05 if met and less .15 if missed."""
    market, _, _, _ = owners(memory=-0.3, age=9, weeks=1, contacts=0.25, shoppers=4000)
    was = -0.3 * 0.5 ** (9 / 20)
    asked = np.arange(4000) % 4 == 0
    now = remembered_now(market, 9)
    assert np.allclose(now[~asked], was, atol=1e-6)
    is_met = now[asked] > was
    assert np.allclose(now[asked], np.where(is_met, was + 0.05, was - 0.15), atol=1e-6)
    assert_within(mean(is_met), 0.75)


def test_only_owners_need_contacts():
    market, met, missed, _ = owners(age=60, weeks=4, shoppers=2000, owner_weeks=52)
    assert (met + missed).sum() == 0
    assert not market.state.memory.any()
    stranger = bare(2000, engagement=True)
    run(stranger, 4)
    assert np.all(stranger.state.last_brand == -1)
    assert np.all(stranger.state.bought_week == NEVER)
    assert stranger.tally.contacts_met.sum() == 0


@pytest.mark.parametrize(("now", "sign"), [(0.75, 0), (0.95, 1), (0.5, -1)])
def test_only_contacts_beyond_those_at_the_start_cost_money(now, sign):
    """Both coverages are judged by one draw: the cost is that of the contacts met more, or saved on those met less."""
    _, met, _, cost = owners(now, shoppers=8000)
    usual = owners(shoppers=8000)[1]
    assert cost.tolist() == [200 * (met - usual)[0], 0]
    assert np.sign(cost[0]) == sign


def test_the_order_of_blocks_and_weeks_before_the_start_leave_nobody_out():
    """In any four weeks in a row, negative ones too, each shopper is asked once."""
    found = []
    for start in (-6, 3):
        market = bare(1001, engagement=Engagement(contacts=0.25))
        market.state.last_brand[:] = 0
        market.state.bought_week[:, 0] = start
        for week in range(start, start + 4):
            market.week = week
            market.behaviours["engagement"].open_week(market)
            for first, last in ((0, 500), (500, 1001)):
                market.poll_block.enter(first, last)
                market.behaviours["engagement"].on_shoppers(market.poll_block)
        tally = market.poll_block.tally
        found.append(int((tally.contacts_met + tally.contacts_missed).sum()))
    assert found == [1001, 1001]
