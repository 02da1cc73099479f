"""What a scheme is worth to a member at the moment of choice, by hand."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, run, terms
from pydantic import ValidationError
from scipy import stats

from sim.market.behaviours.loyalty_scheme import Params as LoyaltyScheme
from sim.market.behaviours.points import Params as Points
from sim.market.market import Market

BETA, PRICE = 4.7, 100.0
SHARES = [0.5, 0.3, 0.2]
REWARD, STAMPS, EXPIRY = 0.05, 10.0, 52
WITHIN = 0.01
"""The chance to reach a reward is approximate to that much."""


def market(params=True, *, cards=None, pace=0.5, since=0, shoppers=11, beta=BETA, **terms_of_scheme):
    """Build members whose cards hold so many stamps, and who know how often they buy the brand."""
    scheme = {"reward_rate": REWARD, "threshold": STAMPS, "expiry_weeks": EXPIRY, **terms_of_scheme}
    spec = market_spec(SHARES, shoppers=shoppers, beta=beta, price=PRICE, brands={0: {"scheme": scheme}})
    one = Market(spec, only(points=Points(), loyalty_scheme=params), seed=1, burn_in=0)
    one.week = 60
    one.behaviours["points"].open_week(one)
    state = one.state
    state.member[:] = 1
    state.points[:, 0] = 100 * PRICE * (np.arange(shoppers) if cards is None else np.asarray(cards))
    state.bought_week[:, 0] = 60 - since
    state.pace[:, 0] = pace * 2 ** (since / 26)
    return one


def worth(cards, *, pace=0.5, rate=REWARD, psi=0.7, gradient=0.5, beta=BETA):
    """Return -beta ln(1 - rate psi Pr)(1 + gradient (b/T - 1/2)), Pr exact, and the room that its error leaves."""
    missing = np.ceil(STAMPS - np.minimum(cards, STAMPS))
    chance = np.where(missing > 0, stats.poisson.sf(missing - 1, pace * EXPIRY), 1.0)
    pull = 1 + gradient * (np.minimum(cards / STAMPS, 1) - 0.5)
    return -beta * np.log(1 - rate * psi * chance) * pull, beta * rate * psi / (1 - rate * psi) * WITHIN * pull


@pytest.mark.parametrize("pace", [0.02, 0.1, 0.5])
def test_a_reward_is_worth_what_it_saves_by_the_chance_to_reach_it_in_time(pace):
    """Cards from empty to full; a full one is worth its reward for certain."""
    cards = np.arange(11.0)
    expected, room = worth(cards, pace=pace)
    found = terms(market(pace=pace), "loyalty_scheme")
    assert np.all(np.abs(found[0] - expected) <= room + 1e-6)
    assert found[0, 10] == pytest.approx(expected[10], rel=1e-5)
    assert np.all(found[1:] == 0)  # other brands have no scheme


@pytest.mark.parametrize("gradient", [0.0, 0.5, 1.0])
def test_the_reward_pulls_harder_the_nearer_it_is(gradient):
    """Reached for certain at this pace, so that only the gradient differs; half-way it counts as it is."""
    found = terms(market(LoyaltyScheme(goal_gradient=gradient), pace=5.0), "loyalty_scheme")[0]
    plain = -BETA * np.log(1 - REWARD * 0.7)
    assert found == pytest.approx(plain * (1 + gradient * (np.arange(11) / 10 - 0.5)), rel=1e-4)


def test_the_sense_of_pace_fades_without_purchases():
    """Half a year after the last purchase a member reckons with half the pace it had then."""
    now, late = market(pace=0.05), market(pace=0.05, since=26)
    assert np.allclose(terms(now, "loyalty_scheme"), terms(late, "loyalty_scheme"), atol=1e-5)


def test_interest_and_face_value_multiply_the_reward():
    one = market(LoyaltyScheme(face_value_counted=0.4, goal_gradient=0.0), pace=5.0)
    one.state.reward_interest[:] = np.linspace(0, 2, 11)
    expected = -BETA * np.log(1 - REWARD * 0.4 * np.linspace(0, 2, 11))
    assert terms(one, "loyalty_scheme")[0] == pytest.approx(expected, abs=1e-5)


def test_who_is_no_member_gets_nothing_out_of_a_scheme():
    one = market()
    one.state.member[::2] = 0
    found = terms(one, "loyalty_scheme")
    assert np.all(found[:, ::2] == 0)
    assert np.all(found[0, 1::2] > 0)


def test_a_reward_of_no_counted_value_or_no_price_sensitivity_adds_exactly_nothing():
    assert np.all(terms(market(LoyaltyScheme(face_value_counted=0.0)), "loyalty_scheme") == 0)
    assert np.all(terms(market(beta=0.0), "loyalty_scheme") == 0)


def test_a_market_without_schemes_is_left_alone():
    spec = market_spec(SHARES, shoppers=2000, S=2.0)
    off = purchases(Market(spec, only(**CHOOSING, usage=True), seed=38, burn_in=0), 5)
    on = only(**CHOOSING, usage=True, points=True, loyalty_scheme=True)
    assert np.array_equal(off, purchases(Market(spec, on, seed=38, burn_in=0), 5))


def test_without_the_behaviour_members_collect_and_choose_as_if_they_did_not():
    """Purchases with points but without their worth, and without hurry, are those without a scheme."""
    own = {0: {"scheme": {"reward_rate": 0.05}}}
    plain, with_points = only(**CHOOSING, usage=True), only(**CHOOSING, usage=True, points=Points(acceleration=0.0))
    one = Market(market_spec(SHARES, shoppers=2000, S=2.0, brands=own), with_points, seed=38, burn_in=0)
    other = Market(market_spec(SHARES, shoppers=2000, S=2.0, brands=own), plain, seed=38, burn_in=0)
    assert np.array_equal(purchases(one, 5), purchases(other, 5))
    assert one.world.members[0] > 0


def test_where_only_points_held_count_the_term_saturates_with_them():
    """Weight x tanh(points / scale), for everybody who holds some."""
    one = market(LoyaltyScheme(value="points_held", points_weight=0.6, points_scale=300.0))
    expected = 0.6 * np.tanh(np.arange(11) * PRICE / 300.0)
    assert terms(one, "loyalty_scheme")[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("spread", [0.0, 0.8])
def test_interest_in_rewards_differs_evenly_around_one(spread):
    """Uniform of half-width `spread`: bounds, mean, and variance of w^2/3."""
    interest = market(LoyaltyScheme(weight_spread=spread), shoppers=4000).state.reward_interest.astype(float)
    assert np.all(np.abs(interest - 1) <= spread + 1e-6)
    assert_within(mean(interest), 1.0, beyond=1e-9)
    assert_within(mean((interest - 1) ** 2), spread**2 / 3, beyond=1e-9)


def test_two_schemes_are_weighed_each_for_its_own_brand():
    own = {0: {"scheme": {"reward_rate": 0.05}}, 2: {"scheme": {"reward_rate": 0.02, "threshold": 5.0}}}
    params = only(**CHOOSING, usage=True, points=True, loyalty_scheme=True)
    one = run(Market(market_spec(SHARES, shoppers=2000, S=2.0, brands=own), params, seed=39, burn_in=0), 10)
    found = terms(one, "loyalty_scheme")
    for slot, brand in enumerate((0, 2)):
        member = one.state.member[:, slot] == 1
        assert np.all(found[brand, ~member] == 0)
        assert np.all(found[brand, member] >= 0)
        assert np.mean(found[brand, member] > 0) > 0.5  # nothing for those who will not reach a reward
    assert np.all(found[1] == 0)


def test_values_that_do_not_exist_are_refused():
    with pytest.raises(ValidationError, match="value"):
        LoyaltyScheme(value="love")
