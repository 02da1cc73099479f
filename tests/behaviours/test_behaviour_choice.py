"""Choosing: the highest utility with standard Gumbel noise; habit takes the last brand."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, ratio, run
from scipy import stats
from scipy.special import softmax

from sim.market.behaviours.choice import Params as Choice
from sim.market.behaviours.choice import best
from sim.market.behaviours.consideration import Params as Consideration
from sim.market.market import Market
from sim.market.record.recorder import Recorder

SHOPPERS = 4000


def choose(utility, weeks=1, choice=None):
    """Let all shoppers choose among brands of given utility, each week afresh. Choices of shape (weeks, N)."""
    params = only(choice=choice or True)
    market = Market(market_spec(np.ones(len(utility)), shoppers=SHOPPERS), params, seed=26, burn_in=0)
    block = market.poll_block
    chosen = []
    for week in range(weeks):
        market.week = week
        block.enter(0, SHOPPERS)
        block.everybody()
        block.visit.utility[:] = np.asarray(utility)[:, None]
        market.behaviours["choice"].on_visit(block)
        chosen.append(block.visit.choice.copy())
    return np.array(chosen), block.visit.utility.copy()


@pytest.mark.parametrize("brands", [2, 3, 4, 5, 7, 9])
def test_brands_are_chosen_by_the_logit_of_their_utility(brands):
    """For any number of brands: noise is drawn for four at a time, and the last few must not be forgotten."""
    utility = np.linspace(-1, 0.5, brands)
    chosen, _ = choose(utility, weeks=8)
    assert_within(mean(chosen.ravel()[:, None] == np.arange(brands)), softmax(utility))


def test_noise_is_standard_gumbel_and_apart_for_each_brand():
    _, noise = choose(np.zeros(7))
    for row in noise:
        assert stats.kstest(row, stats.gumbel_r.cdf).pvalue > 1e-4
    found = np.corrcoef(noise)
    assert_within((found[~np.eye(7, dtype=bool)], 1 / np.sqrt(SHOPPERS)), 0.0)


def test_a_shopper_decides_anew_at_every_visit():
    """Two weeks of equal brands: who chose one in the first chooses it in the second no more often than others."""
    chosen, _ = choose(np.zeros(4), weeks=2)
    assert_within(mean(chosen[0] == chosen[1]), 1 / 4)


def test_of_equals_the_first_brand_is_chosen():
    utility = np.array([[1.0, 0.0], [1.0, 2.0], [0.5, 2.0]], np.float32)
    choice = np.empty(2, np.uint8)
    best(2, utility, np.empty(2, np.float32), choice)
    assert choice.tolist() == [0, 1]


def test_a_weight_of_zero_is_no_term_for_the_last_brand():
    spec = market_spec([0.6, 0.4], shoppers=2000, S=2.0)
    plain = purchases(Market(spec, only(**CHOOSING), seed=27, burn_in=0), 5)
    zero = purchases(Market(spec, only(**CHOOSING | {"choice": Choice(last_brand_weight=0.0)}), seed=27, burn_in=0), 5)
    some = purchases(Market(spec, only(**CHOOSING | {"choice": Choice(last_brand_weight=1.0)}), seed=27, burn_in=0), 5)
    assert np.array_equal(plain, zero)
    assert not np.array_equal(plain, some)


class HabitVisits(Recorder):
    """Keeps how often a visit by habit took another brand than the last one."""

    def __init__(self):
        self.last, self.others, self.visits = None, 0, 0

    def open_week(self, market):
        self.last = market.state.last_brand.copy()

    def on_visit(self, block):
        who = block.visit.who[: block.count]
        chosen = block.visit.choice[: block.count]
        self.others += np.sum(chosen[block.active :] != self.last[who[block.active :]])
        self.visits += block.count - block.active
        self.last[who] = chosen


def test_by_habit_the_last_brand_is_bought_again():
    params = only(**CHOOSING, consideration=Consideration(readiness=-1.0))
    seen = HabitVisits()
    market = Market(market_spec([0.6, 0.4], shoppers=2000, rate=2.0, S=2.0), params, seed=28, recorders=[seen])
    run(market, 8)
    assert seen.visits > 1000
    assert seen.others == 0


def test_choices_that_came_to_mind_late_are_not_counted_where_nothing_comes_to_mind():
    x = Market(market_spec([0.6, 0.4], shoppers=500, S=2.0), only(**CHOOSING), seed=29, burn_in=0)
    assert run(x, 3).tally.won_late[0] == 0


def test_a_shoppers_choices_do_not_depend_on_who_else_is_there():
    """The first shoppers of a larger market buy what they buy in a smaller one."""
    small, large = (
        purchases(Market(market_spec([0.6, 0.4], shoppers=n, S=2.0), only(**CHOOSING), seed=30, burn_in=0), 5)
        for n in (500, 5000)
    )
    assert np.array_equal(small, large[:500])
    x = large
    assert_within(ratio(x, x.sum(axis=1, keepdims=True)), [0.6, 0.4])
