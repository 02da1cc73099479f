"""Circumstances: what a downturn does to savers and to those who seek trust, scars, trends, and events in life."""

import numpy as np
import pytest
from bare_market import CHOOSING, assert_within, market_spec, mean, only, purchases, run
from hypothesis import given
from hypothesis import strategies as st

from sim.market.behaviours.circumstances import HEALED, felt
from sim.market.behaviours.circumstances import Params as Circumstances
from sim.market.behaviours.consideration import Params as Consideration
from sim.market.market import Market
from sim.market.spec import Intervention


def downturn(value=-1.0, **when):
    return Intervention(set={"behaviours.circumstances.economy": value}, **when)


def market(timeline=(), *, shoppers=2000, rate=1.0, expertise=0.5, extra=None, **dials):
    on = only(**CHOOSING, **{"circumstances": Circumstances(**dials), "own_experience": True, **(extra or {})})
    spec = market_spec([0.5, 0.3, 0.2], shoppers=shoppers, rate=rate, S=2.0, expertise=expertise)
    return Market(spec, on, seed=5, burn_in=2, timeline=timeline)


def hardships(one, weeks):
    found = []
    for _ in range(weeks):
        one.step()
        found.append(float(one.world.hardship[0]))
    return np.array(found)


# --- invariants


def test_in_ordinary_times_every_purchase_is_as_if_there_were_no_circumstances():
    spec = market_spec([0.5, 0.3, 0.2], shoppers=2000, S=2.0)
    one, other = (
        Market(spec, only(**CHOOSING, price_comparison=True, **on), seed=5, burn_in=2)
        for on in ({}, {"circumstances": True})
    )
    assert np.array_equal(purchases(one, 6), purchases(other, 6))


def test_ordinary_times_cost_nothing():
    """No array of the shoppers is written to: they are locked, and the weeks go by."""
    one = market()
    for name in ("price_weight", "experience_interest", "expertise", "saver", "experience_usual"):
        getattr(one.state, name).flags.writeable = False
    run(one, 60)


def test_a_healed_market_is_the_market_that_it_was():
    one = market([downturn(to_week=4)], healing=2.0)
    price, interest = one.state.price_weight.copy(), one.state.experience_interest.copy()
    run(one, 5)
    assert not np.array_equal(one.state.price_weight, price)
    run(one, 40)
    assert np.array_equal(one.state.price_weight, price)
    assert np.array_equal(one.state.experience_interest, interest)
    assert one.world.hardship[0] == one.world.held_back[0] == 0


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.5, 200))
def test_hardship_lies_between_what_it_was_and_the_depth_of_the_downturn(was, depth, healing):
    now = felt(was, depth, healing)
    assert min(was, depth) <= now <= max(was, depth)
    assert now == depth or depth < now < was


# --- known answers


def test_each_kind_of_shopper_changes_what_it_weighs_by_the_depth():
    one = market([downturn(-0.6)], savers=0.3, price_fixation=0.5, seeking=0.4, postponing=0.25)
    run(one, 3)
    saver = one.state.saver == 1
    price = one.state.price_weight / one.state.price_sensitivity
    assert np.allclose(price, np.where(saver, 1 + 0.6 * 0.5, 1), rtol=1e-6)
    assert np.allclose(one.state.experience_interest, np.where(saver, 1, 1 + 0.6 * 0.4), rtol=1e-6)
    assert one.world.held_back[0] == pytest.approx(0.6 * 0.25)
    assert_within(mean(saver), 0.3)


def test_savers_postpone_and_others_buy_as_ever():
    """Poisson needs: purchases of savers fall to 1 - .4 x .5, those of others are the very same."""
    dials = {"shoppers": 20_000, "postponing": 0.4, "price_fixation": 0.0}
    arms = [market(timeline, **dials) for timeline in ((), [downturn(-0.5)])]
    calm, hard = (purchases(run(one, 2), 4).sum(axis=1) for one in arms)
    saver = arms[0].state.saver == 1
    assert np.array_equal(calm[~saver], hard[~saver])
    assert_within(mean(hard[saver]), 4 * 0.8)


def test_a_recovery_takes_the_half_life_that_a_downturn_did_not():
    found = hardships(market([downturn(-0.8, from_week=2, to_week=6)], healing=10.0), 40)[2:]
    assert np.all(found[:2] == 0)
    assert np.allclose(found[2:6], 0.8)
    assert np.allclose(found[6:], 0.8 * 0.5 ** (np.arange(1, 33) / 10))


def test_a_ramp_is_felt_as_it_comes_and_scars_fade_to_nothing():
    found = hardships(market([downturn(to_week=8, ramp_weeks=4)], healing=1.0), 24)[2:]
    assert np.allclose(found[:8], [0, 0.25, 0.5, 0.75, 1, 1, 1, 1])
    left = 0.5 ** np.arange(1, 15)
    assert np.allclose(found[8:], np.where(left > HEALED, left, 0))


@pytest.mark.parametrize("first", [0, 1])
def test_a_downturn_changes_at_once_what_savers_expect_to_save_whenever_it_begins(first):
    """What comparing prices is worth goes with the weight of price; week 0 is a week like any other."""
    on = only(**CHOOSING, price_comparison=True, circumstances=Circumstances(price_fixation=0.5))
    spec = market_spec([0.5, 0.5], shoppers=500, retailers=3, dispersion=0.1)
    one = Market(spec, on, seed=5, burn_in=2, timeline=[downturn(from_week=first)])
    usual = run(one, 2).state.price_gain.copy()
    run(one, 3)
    assert usual.any()
    assert np.allclose(one.state.price_gain, usual * (1 + 0.5 * one.state.saver), rtol=1e-5)


def test_a_downturn_does_not_end_because_a_brand_stops_spending():
    """The run-off ends what brands do; the economy is nobody's strategy."""
    root = run(market(), 2)
    arms = [run(root.fork([downturn()], run_off_from=run_off), 8) for run_off in (None, 4)]
    assert arms[1].running_off
    assert arms[0].world.hardship[0] == arms[1].world.hardship[0] == 1.0
    assert np.array_equal(arms[0].state.price_weight, arms[1].state.price_weight)


def test_impatience_grows_by_its_yearly_rate():
    one = run(market(impatience_trend=0.1, shoppers=10), 2 + 52)
    assert one.week == 52
    one.behaviours["circumstances"].open_week(one)
    assert one.world.impatience_now[0] == pytest.approx(1.1)


def test_expertise_rises_by_its_yearly_rate_and_no_higher_than_it_can():
    one = market(expertise_trend=0.26, shoppers=10)
    before = one.state.expertise.copy()
    run(one, 2 + 53)
    assert np.allclose(one.state.expertise, before + 0.26, atol=1e-5)
    run(one, 53)
    assert np.allclose(one.state.expertise, np.minimum(before + 2 * 0.26, 1), atol=1e-5)


def test_a_fork_leaves_the_expertise_of_its_root_alone():
    root = run(market(expertise_trend=0.5, shoppers=10), 2)
    before = root.state.expertise.copy()
    run(root.fork(), 30)
    assert np.array_equal(root.state.expertise, before)


@pytest.mark.parametrize("rate", [0.3, 2.0])
def test_events_come_at_their_yearly_rate(rate):
    """Looked at every four weeks, two events within them count once: 13 x (1 - e^(-rate/13)) a year."""
    one, weeks, events = market(life_events=rate, shoppers=5000, rate=0.02), 52, 0
    for _ in range(weeks):
        one.step()
        events += int(one.tally.life_events[0])
    expected = 5000 * 13 * (1 - np.exp(-rate / 13))
    assert_within((events, np.sqrt(expected)), expected)


def test_each_shopper_is_looked_at_once_in_four_weeks():
    one = market(life_events=13, shoppers=40, rate=0.001)  # a chance of 1 - 1/e in four weeks
    seen = []
    for _ in range(4):
        one.state.unsettled[:] = 0
        one.step()
        seen.append(set(np.flatnonzero(one.state.unsettled) % 4))
    assert sorted(next(iter(s)) for s in seen) == [0, 1, 2, 3]
    assert all(len(s) == 1 for s in seen)


# --- what follows


def evaluations(one, weeks):
    total = np.zeros(2)
    for _ in range(weeks):
        one.step()
        total += [one.tally.evaluations[0], one.tally.trips[0]]
    return total[0] / total[1]


def test_events_make_shoppers_evaluate_and_leave_shares_alone():
    dials = {"shoppers": 20_000, "rate": 0.25, "expertise": 0.2, "extra": {"consideration": Consideration()}}
    calm, eventful = (market(life_events=rate, **dials) for rate in (0.0, 13.0))
    assert evaluations(eventful, 6) > evaluations(calm, 6) + 0.05
    one, other = purchases(calm, 20), purchases(eventful, 20)
    gap = other / other.sum() - one / one.sum()
    assert_within((gap.sum(axis=0), np.sqrt(np.square(gap).sum(axis=0))), 0.0)


def test_in_a_downturn_the_same_price_cut_gains_more():
    """Closed form for shoppers without differences in taste: own elasticity -beta (1 - P), beta of a saver x 1.5."""
    cut = Intervention(brand="brand_0", set={"price": 98.0})
    on = {"price_comparison": True, "circumstances": Circumstances(savers=1.0, postponing=0.0)}
    spec = market_spec([0.4, 0.35, 0.25], shoppers=40_000, rate=2.0, beta=4.0)
    for before, beta in (((), 4.0), ([downturn()], 6.0)):
        base, cheap = (
            purchases(Market(spec, only(**CHOOSING, **on), seed=3, burn_in=0, timeline=[*before, *more]), 3)[:, 0]
            for more in ((), [cut])
        )
        odds = 0.4 * 0.98**-beta
        expected = 6 * (odds / (odds + 0.6) - 0.4)
        assert_within(mean(cheap.astype(float) - base), expected, beyond=0.01 * expected)
