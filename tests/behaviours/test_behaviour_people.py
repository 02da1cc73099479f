"""The human encounter: its mean, its spread, and gestures that nobody expected."""

import numpy as np
import pytest
from bare_market import CHOOSING, Episodes, assert_within, market_spec, mean, only, purchases, run
from service_kit import bare, felt, lift

from sim.market.behaviours.people import Params as People
from sim.market.behaviours.usage import Params as Usage
from sim.market.market import Market
from sim.market.spec import Intervention

MANY = 60_000


def test_where_nobody_meets_anybody_all_is_as_without_people():
    spec = market_spec([0.5, 0.3, 0.2], shoppers=2000, S=2.0)
    with_usage = {**CHOOSING, "usage": True, "own_experience": True}
    without = purchases(Market(spec, only(**with_usage), seed=1, burn_in=0), 6)
    for params in (People(encounters=0.0), People(weight=0.0), People(spread=0.0)):
        assert np.array_equal(without, purchases(Market(spec, only(**with_usage, people=params), seed=1, burn_in=0), 6))


def test_at_rest_encounters_go_well_and_badly_alike():
    found = felt(bare(MANY, people=True), "people")
    assert_within(mean(found), 0.0)
    assert_within(mean(found**2), 0.4 * 0.36**2)  # share x (weight x spread)^2


@pytest.mark.parametrize("z", [0.5, -0.4])
def test_better_people_raise_the_mean_of_encounters_and_make_them_even(z):
    """Among encounters: mean weight x z, standard deviation weight x spread x exp(-evenness z)."""
    market = bare(MANY, people=People(encounters=0.3, weight=0.7, spread=0.5, evenness=1.2))
    lift(market, "people", z)
    found = felt(market, "people")
    met = found[found != 0]
    assert_within(mean(found != 0), 0.3)
    assert_within(mean(met), 0.7 * z)
    assert_within(mean((met - 0.7 * z) ** 2), (0.7 * 0.5 * np.exp(-1.2 * z)) ** 2)
    assert_within(mean(felt(market, "people", brand=1)), 0.0)  # the other brand's people are as they were


def test_a_gesture_adds_its_size_at_its_rate_and_costs_its_price():
    service = {"gesture_rate": 0.07, "gesture_size": 1.5, "gesture_cost": 2.25}
    market = bare(MANY, brands={0: {"service": service}}, people=People(encounters=0.0))
    found = felt(market, "people")
    assert set(np.unique(found)) == {0.0, 1.5}
    assert_within(mean(found > 0), 0.07)
    tally = market.poll_block.tally
    assert tally.gestures.tolist() == [np.count_nonzero(found), 0]
    assert tally.gesture_cost.tolist() == [225 * tally.gestures[0], 0]
    assert not felt(market, "people", brand=1).any()


def test_a_gesture_is_felt_and_was_not_expected():
    """Who is surprised at a first purchase is more satisfied by the whole size of it, if losses weigh like gains."""
    parts = []
    for rate in (0.0, 1.0):
        seen = Episodes()
        brands = {0: {"service": {"gesture_rate": rate, "gesture_size": 0.8}}}
        spec = market_spec([0.9, 0.1], shoppers=2000, brands=brands)
        usage = {"usage": Usage(loss_aversion=1.0, past_purchases=0)}
        run(Market(spec, only(**CHOOSING, **usage, people=People()), seed=3, burn_in=0, recorders=[seen]), 1)
        parts.append(seen.columns())
    _, who, brand, satisfaction, memory, _ = parts[0]
    first = (brand == 0) & (memory == 0)
    assert np.array_equal(who, parts[1][1])
    assert np.allclose(parts[1][3][first] - satisfaction[first], 0.8, atol=1e-5)


def test_a_brand_that_spends_on_people_satisfies_more_and_sells_more():
    """Paired: both arms share every draw, so what differs is the strategy's; gains counted by shopper."""
    sold = []
    for spend in ({}, {"people": 3e4}):
        spec = market_spec([0.3, 0.3, 0.4], shoppers=4000, rate=0.5, S=2.0)
        params = only(**CHOOSING, usage=True, own_experience=True, people=True)
        change = [Intervention(brand="brand_0", spend=spend)]
        sold.append(purchases(Market(spec, params, seed=5, burn_in=0, timeline=change), 52)[:, 0])
    gain, error = mean(sold[1] - sold[0])
    assert gain > 4 * error > 0
