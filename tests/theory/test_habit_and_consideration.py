"""Habit or evaluation, and what is considered: shares are those of the tastes, whoever looks at how many brands."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, ratio, run
from scipy.special import expit
from scipy.stats import binom

from sim.market.behaviours.consideration import Params as Consideration
from sim.market.behaviours.need import Params as Need
from sim.market.behaviours.price_comparison import Params as PriceComparison
from sim.market.market import Market
from sim.market.record.recorder import Recorder
from sim.market.spec import Intervention

SHARES = (1 / np.arange(1, 9)) / (1 / np.arange(1, 9)).sum()
"""Zipf-like shares of eight brands, as in the checked formulas."""
S = 2.0


class Evaluations(Recorder):
    """Counts each shopper's visits, and those at which it evaluates."""

    def __init__(self, shoppers):
        self.visits = np.zeros(shoppers, int)
        self.evaluated = np.zeros(shoppers, int)

    def on_visit(self, block):
        who = block.visit.who
        self.visits[who[: block.count]] += 1
        self.evaluated[who[: block.active]] += 1


def choosing(**consideration):
    return only(**CHOOSING, consideration=Consideration(**consideration))


def thirds(expertise):
    return np.digitize(expertise, np.quantile(expertise, [1 / 3, 2 / 3]))


@pytest.fixture(scope="module")
def habitual():
    """Run a market in which expertise differs as by default; everybody has bought before it is looked at."""
    spec = market_spec(SHARES, shoppers=30_000, rate=3.0, S=S, expertise_spread=0.2)
    market = run(Market(spec, choosing(), seed=6, burn_in=0), 6)
    counts = Evaluations(spec.shoppers)
    market.recorders.append(counts)
    return run(market, 4), counts


def test_shoppers_buy_by_habit_as_often_as_the_logistic_of_gain_and_cost_says(habitual):
    """Entropy of Dirichlet tastes and a Beta(2.6, 2.6) expertise, drawn afresh: two samples, whose errors add up."""
    market, counts = habitual
    random = np.random.default_rng(1)
    tastes = random.dirichlet(S * SHARES, 100_000)
    entropy = -(tastes * np.log(np.maximum(tastes, 1e-300))).sum(axis=1)
    total = 0.25 / 0.2**2 - 1
    expertise = random.beta(total / 2, total / 2, 100_000)
    habit = 1 - expit((entropy + 1.5 - 3.0 * (1 - expertise)) / 0.5)
    for third in range(3):
        mine = habit[thirds(expertise) == third]
        of = thirds(market.state.expertise) == third
        found, errors = ratio((counts.visits - counts.evaluated)[of], counts.visits[of])
        assert_within((found, np.hypot(errors, mean(mine)[1])), mine.mean())


def test_mean_habit_is_below_a_fifth_and_a_matter_of_expertise(habitual):
    """About .18 in all; .36, .14 and .05 by thirds of expertise with a spread of .2 (rounded, hence half a point)."""
    market, counts = habitual
    habits = counts.visits - counts.evaluated
    assert_within(ratio(habits, counts.visits), 0.18, beyond=0.005)
    for third, expected in enumerate([0.36, 0.14, 0.05]):
        of = thirds(market.state.expertise) == third
        assert_within(ratio(habits[of], counts.visits[of]), expected, beyond=0.005)


def test_each_shopper_evaluates_by_its_own_gain_and_cost(habitual):
    """Given entropy and expertise each visit is a coin; deviations over all shoppers sum to nothing in any group."""
    market, counts = habitual
    state = market.state
    looks = expit((state.entropy + 1.5 - 3.0 * (1 - state.expertise)) / 0.5)
    for trait in (state.entropy, state.expertise):
        group = np.digitize(trait, np.quantile(trait, np.arange(0.1, 1, 0.1)))
        gap = np.bincount(group, counts.evaluated - looks * counts.visits)
        error = np.sqrt(np.bincount(group, looks * (1 - looks) * counts.visits))
        assert_within((gap, error), 0.0)


def test_habit_leaves_shares_alone():
    spec = market_spec(SHARES, shoppers=100_000, rate=1.0, K=0.8, S=S, expertise=0.2, expertise_spread=0.2)
    with_habit = purchases(run(Market(spec, choosing(), seed=7, burn_in=0), 10), 10)
    category = with_habit.sum(axis=1, keepdims=True)
    assert_within(ratio(with_habit, category), SHARES)
    without = purchases(run(Market(spec, choosing(habit=False), seed=7, burn_in=0), 10), 10)
    assert_within(ratio(with_habit - without, category), 0.0)  # the same shoppers: a sharper look


def test_habit_delays_the_response_to_price_and_does_not_lessen_it():
    """Visit n after the change shows 1 - h^n of the whole response, where all have one taste and one habit h."""
    beta, shares, expertise, visits = 4.7, np.array([0.5, 0.3, 0.2]), 0.35, 6
    entropy = -(shares @ np.log(shares))
    h = 1 - expit((entropy + 1.5 - 3.0 * (1 - expertise)) / 0.5)
    assert 0.2 < h < 0.8
    params = choosing() | {
        "need": Need(arrivals="at_most_one"),
        "price_comparison": PriceComparison(quotes_least=1, quotes_added=0.0),
    }
    spec = market_spec(shares, shoppers=150_000, rate=2.0, beta=beta, expertise=expertise)  # all shop every week
    low, high = 99.0, 101.0
    arms = [
        Market(spec, params, seed=8, burn_in=6, timeline=[Intervention(brand="brand_0", set={"price": price})])
        for price in (low, high)
    ]
    for market in arms:
        run(market, 6)
    for n in range(1, visits + 1):
        cheap, dear = (purchases(market, 1)[:, 0] for market in arms)
        found, error = ratio(dear - cheap, (dear + cheap) / 2)
        whole = -beta * (1 - shares[0])
        step = np.log(high / low)
        assert_within((found / step, error / step), whole * (1 - h**n), beyond=0.002)  # of second order in 1 percent


@pytest.mark.parametrize("expertise", [0.0, 0.5, 1.0])
def test_search_wins_as_often_as_a_brand_does_not_come_to_mind(expertise):
    """By max-stability the winner is found by search with chance 1 - p, p = .8 - .5 expertise, whatever the tastes."""
    spec = market_spec(SHARES, shoppers=50_000, rate=2.0, S=S, expertise=expertise)
    market = Market(spec, choosing(habit=False), seed=9, burn_in=0)
    market.step()
    late, visits = market.tally.won_late[0], market.tally.trips[0]
    expected = 1 - (0.8 - 0.5 * expertise)
    assert_within((late / visits, np.sqrt(expected * (1 - expected) / visits)), expected, beyond=2**-16)


@pytest.mark.parametrize(("initial", "added"), [(1, 1), (2, 3), (8, 8)])
def test_shares_do_not_depend_on_how_many_brands_are_considered(initial, added):
    """Every single choice is the same: sets are an account of the decision."""
    spec = market_spec(SHARES, shoppers=10_000, rate=2.0, S=S)
    small = purchases(Market(spec, choosing(habit=False, initial_set=initial, added_set=added), seed=9, burn_in=0), 3)
    everything = purchases(Market(spec, only(**CHOOSING), seed=9, burn_in=0), 3)
    assert np.array_equal(small, everything)


@pytest.mark.parametrize(("initial", "added"), [(1, 1), (3, 2), (8, 8)])
def test_the_size_of_the_set_is_that_of_coins_for_each_brand(initial, added):
    """Known brands are binomial(8, p), cut at the initial set; the rest, cut at the added set, is found by search."""
    spec = market_spec(SHARES, shoppers=50_000, rate=2.0, S=S, expertise=0.5)
    market = Market(spec, choosing(habit=False, initial_set=initial, added_set=added), seed=9, burn_in=0)
    market.step()
    known = np.arange(9)
    chance = binom.pmf(known, 8, 0.55)
    size = np.minimum(known, initial) + np.minimum(8 - known, added)
    expected = chance @ size
    visits = market.tally.trips[0]
    spread = np.sqrt(chance @ (size - expected) ** 2)
    assert_within((market.tally.considered[0] / visits, spread / np.sqrt(visits)), expected, beyond=8 * 2**-16)
