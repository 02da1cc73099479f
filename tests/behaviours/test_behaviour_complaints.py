"""Complaints: who speaks up, and what a remedy gives back."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, run
from service_kit import bare, lift, visits

from sim.market.behaviours.complaints import Params as Complaints
from sim.market.market import Market

READY = Complaints(chance=1.0)


def one_complaint(before, after, *, z=0.0, recovery=1.0, satisfaction=-1.5, **params):
    """Let everybody complain of a purchase that moved memory from `before` to `after`; return the market."""
    brands = {0: {"service": {"recovery": recovery, "recovery_cost": 3.5}}}
    market = bare(100, brands=brands, complaints=Complaints(**{"chance": 1.0, **params}))
    lift(market, "people", z)
    market.behaviours["complaints"].open_week(market)
    market.state.memory[:, 0] = after
    market.state.unsettled[:] = 1
    for block in visits(market, faded=before, satisfaction=satisfaction):
        market.behaviours["complaints"].on_visit(block)
    return market


@pytest.mark.parametrize(("z", "share"), [(0.0, 0.6), (0.4, 0.8), (2.0, 1.0), (-2.0, 0.0)])
@pytest.mark.parametrize(("before", "after"), [(0.5, -0.1), (-0.3, -0.8)])
def test_a_remedy_gives_back_a_share_of_the_memory_lost_that_rises_with_people(before, after, z, share):
    """after + share x (before - after), share = remedy + remedy_by_people x z, between nothing and all."""
    memory = one_complaint(before, after, z=z, remedy=0.6, remedy_by_people=0.5).state.memory
    assert np.allclose(memory[:, 0], after + share * (before - after), atol=1e-6)
    assert not memory[:, 1].any()


def test_nobody_is_better_off_for_a_failure_unless_the_paradox_is_switched_on():
    assert np.allclose(one_complaint(0.2, -0.2, remedy=1.5).state.memory[:, 0], 0.2, atol=1e-6)
    paradox = one_complaint(0.2, -0.2, remedy=1.5, most_restored=1.5)
    assert np.allclose(paradox.state.memory[:, 0], 0.4, atol=1e-6)


def test_a_remedy_takes_nothing_from_who_lost_nothing():
    assert np.allclose(one_complaint(-1.8, -1.6).state.memory[:, 0], -1.6)


def test_a_complaint_put_right_settles_the_shopper_and_costs_its_price():
    market = one_complaint(0.2, -0.2)
    tally = market.poll_block.tally
    assert not market.state.unsettled.any()
    assert tally.complaints.tolist() == tally.recovered.tolist() == [100, 0]
    assert tally.recovery_cost.tolist() == [35_000, 0]


def test_a_complaint_that_nobody_hears_changes_nothing():
    market = one_complaint(0.2, -0.2, recovery=0.0)
    assert np.all(market.state.memory[:, 0] == np.float32(-0.2))
    assert np.all(market.state.unsettled == 1)
    assert market.poll_block.tally.complaints[0] == 100
    assert market.poll_block.tally.recovered.sum() == market.poll_block.tally.recovery_cost.sum() == 0


def test_the_satisfied_do_not_complain():
    assert one_complaint(0.2, -0.2, satisfaction=-0.99).poll_block.tally.complaints.sum() == 0


def test_complaints_and_remedies_come_at_their_chances():
    brands = {0: {"service": {"recovery": 0.7}}}
    market = bare(40_000, brands=brands, complaints=Complaints(chance=0.3))
    market.behaviours["complaints"].open_week(market)
    for block in visits(market, faded=0.0, satisfaction=-2.0):
        market.behaviours["complaints"].on_visit(block)
    complaints, recovered = market.poll_block.tally.complaints[0], market.poll_block.tally.recovered[0]
    assert_within((complaints, np.sqrt(40_000 * 0.3 * 0.7)), 12_000)
    assert_within((recovered, np.sqrt(complaints * 0.7 * 0.3)), 0.7 * complaints)


def test_at_rest_complaints_are_counted_and_change_nothing():
    spec = market_spec([0.5, 0.3, 0.2], shoppers=2000, S=2.0)
    parts = {**CHOOSING, "usage": True, "own_experience": True}
    silent, loud = (Market(spec, only(**parts, **more), seed=2, burn_in=0) for more in ({}, {"complaints": READY}))
    assert np.array_equal(purchases(silent, 6), purchases(loud, 6))
    assert np.array_equal(silent.state.memory, loud.state.memory)
    assert loud.tally.complaints.sum() > 0


def test_a_brand_that_puts_things_right_sells_more():
    """Paired: both arms share every draw; gains counted by shopper."""
    sold = []
    for recovery in (0.0, 1.0):
        spec = market_spec([0.3, 0.3, 0.4], shoppers=4000, S=2.0, brands={0: {"service": {"recovery": recovery}}})
        params = only(**CHOOSING, usage=True, own_experience=True, complaints=READY)
        market = Market(spec, params, seed=5, burn_in=0)
        sold.append(purchases(market, 20)[:, 0])
        run(market, 1)
        assert np.all(market.tally.recovered <= market.tally.complaints)
    gain, error = mean(sold[1] - sold[0])
    assert gain > 4 * error > 0
