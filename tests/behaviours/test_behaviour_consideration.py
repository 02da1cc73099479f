"""Habit or evaluation, and what comes to mind."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, run, terms
from scipy.special import expit

from sim.market.behaviours.consideration import Params as Consideration
from sim.market.behaviours.usage import Params as Usage
from sim.market.market import Market
from sim.market.record.recorder import Recorder

SHARES = [0.4, 0.3, 0.2, 0.1]
NEVER_LOOKS = Consideration(readiness=-20.0)


class Looks(Recorder):
    """Keeps who visited in the week, and who evaluated."""

    def open_week(self, market):
        self.who, self.looked = [], []

    def on_visit(self, block):
        self.who.append(block.visit.who[: block.count].copy())
        self.looked.append(np.arange(block.count) < block.active)

    def week(self):
        return np.concatenate(self.who), np.concatenate(self.looked)


def market(consideration=True, *, shoppers=4000, seed=31, usage=False, **settings):
    spec = market_spec(SHARES, **{"shoppers": shoppers, "rate": 1.0, "S": 2.0, **settings})
    params = only(**CHOOSING, consideration=consideration, **({"usage": usage} if usage else {}))
    return Market(spec, params, seed=seed, burn_in=0)


def minds(one, *, asked):
    """Return what comes to the mind of every shopper, one row each. Shape (N, B)."""
    terms(one, "consideration", asked=asked)
    return (one.poll_block.visit.mind[:, None] >> np.arange(len(SHARES))) & 1


def test_without_consideration_everybody_evaluates_everything():
    spec = market_spec(SHARES, shoppers=2000, S=2.0)
    without = Market(spec, only(**CHOOSING), seed=31, burn_in=0)
    x = purchases(without, 3)
    assert without.tally.evaluations[0] == without.tally.considered[0] == 0
    assert np.array_equal(x, purchases(market(Consideration(habit=False), shoppers=2000), 3))


def test_habit_that_is_switched_off_makes_every_visit_an_evaluation():
    one = run(market(NEVER_LOOKS.model_copy(update={"habit": False})), 3)
    assert one.tally.evaluations[0] == one.tally.trips[0] > 0


def test_who_never_bought_evaluates_and_who_never_looks_buys_the_same_brand_for_ever():
    one = market(NEVER_LOOKS)
    looks = Looks()
    one.recorders.append(looks)
    for _ in range(5):
        bought = one.state.last_brand >= 0
        before = one.state.last_brand.copy()
        one.step()
        who, looked = looks.week()
        first = np.unique(who, return_index=True)[1]
        assert np.array_equal(looked[first], ~bought[who[first]])
        assert np.array_equal(one.state.last_brand[bought], before[bought])


def test_a_bad_disappointment_makes_a_shopper_look_next_time():
    """Exactly those whose last purchase satisfied them less than the limit, or who never bought."""
    one = market(NEVER_LOOKS, usage=Usage(bad_enough=-1.0, past_purchases=0))
    looks = Looks()
    one.recorders.append(looks)
    run(one, 2)
    for _ in range(3):
        unsettled = (one.state.unsettled > 0) | (one.state.last_brand < 0)
        one.step()
        who, looked = looks.week()
        first = np.unique(who, return_index=True)[1]
        assert np.array_equal(looked[first], unsettled[who[first]])
        assert 0.05 < unsettled.mean() < 0.5


def test_what_prices_and_reviews_promise_makes_shoppers_look():
    """Gain adds to readiness: coins of the logistic, given each shopper's traits."""
    one = market(Consideration(readiness=0.5), expertise_spread=0.2)
    run(one, 8)
    one.state.price_gain[:] = np.linspace(0, 1, 4000)
    one.world.review_gain[:] = 0.3
    looks = Looks()
    one.recorders.append(looks)
    settled = one.state.last_brand >= 0
    one.step()
    who, looked = looks.week()
    state = one.state
    chance = expit((state.entropy + state.price_gain + 0.3 + 0.5 - 3.0 * (1 - state.expertise)) / 0.5)
    known = settled[who]
    chance = np.where(known, chance[who], 1.0)
    assert_within((looked.sum(), np.sqrt((chance * (1 - chance)).sum())), chance.sum())
    rich = state.price_gain[who] > 0.5
    assert_within((looked[rich].sum(), np.sqrt((chance * (1 - chance))[rich].sum())), chance[rich].sum())


def test_sorting_evaluators_to_the_front_loses_nobody():
    one = market(Consideration(readiness=0.5))
    looks = Looks()
    one.recorders.append(looks)
    run(one, 6)
    for part, looked in zip(looks.who, looks.looked, strict=True):
        assert len(np.unique(part)) == len(part)  # a shopper makes one visit a round
        for some in (part[looked], part[~looked]):
            assert np.all(np.diff(some.astype(int)) > 0)  # and each part keeps its order


@pytest.mark.parametrize("expertise", [0.0, 0.6, 1.0])
def test_a_brand_comes_to_mind_with_a_chance_that_falls_with_expertise(expertise):
    one = market(Consideration(comes_to_mind=0.9, comes_to_mind_fall=0.7), expertise=expertise)
    assert_within(mean(minds(one, asked=False)), 0.9 - 0.7 * expertise, beyond=2**-16)


def test_what_comes_to_mind_is_drawn_apart_for_each_brand_and_visit():
    one = market(Consideration())
    first = minds(one, asked=False)
    found = np.corrcoef(first.T)
    assert_within((found[~np.eye(4, dtype=bool)], 1 / np.sqrt(4000)), 0.0)
    one.week = 1
    again = minds(one, asked=False)
    assert_within(mean((first - 0.55) * (again - 0.55)), 0.0, beyond=2**-16)


def test_a_chance_below_nothing_is_none():
    """Where the fall with expertise exceeds the chance itself, nothing comes to mind, and search wins always."""
    one = market(Consideration(habit=False, comes_to_mind=0.2, comes_to_mind_fall=0.5), expertise=1.0)
    assert minds(one, asked=False).sum() == 0
    one.step()
    assert one.tally.won_late[0] == one.tally.trips[0]


def test_a_chance_of_one_brings_everything_to_mind():
    one = market(Consideration(habit=False, comes_to_mind=1.0, comes_to_mind_fall=0.0), expertise=0.5)
    assert np.all(minds(one, asked=False) == 1)
    one.step()
    assert one.tally.won_late[0] == 0


def test_asked_for_a_preference_a_shopper_knows_what_it_ever_bought_and_the_rest_by_chance_for_good():
    one = market(Consideration(), usage=Usage(past_purchases=3))
    known = minds(one, asked=True)
    bought = one.state.bought_week > -32768
    assert np.all(known[bought] == 1)
    for k in range(len(SHARES)):
        assert_within(mean(known[~bought[:, k], k]), 0.55, beyond=2**-16)
    one.week = 9
    assert np.array_equal(known, minds(one, asked=True))


def test_thirty_two_brands_have_a_bit_each():
    spec = market_spec(np.ones(32), shoppers=4000, expertise=0.5)
    one = Market(spec, only(consideration=True), seed=31, burn_in=0)
    terms(one, "consideration")
    known = (one.poll_block.visit.mind[:, None].astype(np.uint64) >> np.arange(32, dtype=np.uint64)) & np.uint64(1)
    assert_within(mean(known), 0.55, beyond=2**-16)
