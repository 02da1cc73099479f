"""One's own experience: what is remembered, faded, and how familiar a brand is."""

import numpy as np
import pytest
from bare_market import CHOOSING, market_spec, only, purchases, terms

from sim.market.behaviours.own_experience import Params as OwnExperience
from sim.market.behaviours.usage import Params as Usage
from sim.market.market import Market
from sim.market.state import NEVER

HALF_LIFE = 20.0


def market(params=True, *, week=50):
    """Build four shoppers who remember three brands by hand."""
    on = only(own_experience=params, usage=Usage(memory_half_life=HALF_LIFE, past_purchases=0))
    one = Market(market_spec([0.5, 0.3, 0.2], shoppers=4), on, seed=1, burn_in=0)
    one.state.memory[:] = [[1.0, -0.5, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0], [-1.0, -1.0, -1.0]]
    one.state.bought_week[:] = [[50, 30, NEVER], [NEVER, NEVER, 10], [NEVER] * 3, [49, 45, -60]]
    one.week = week
    one.behaviours["usage"].open_week(one)
    return one


def kept(one):
    age = one.week - one.state.bought_week.astype(float)
    return np.where(one.state.bought_week == NEVER, 0.0, 0.5 ** (age / HALF_LIFE))


@pytest.mark.parametrize("week", [50, 51, 200])
def test_the_term_is_memory_faded_by_its_age(week):
    one = market(OwnExperience(weight=0.8), week=week)
    assert np.allclose(terms(one, "own_experience").T, 0.8 * one.state.memory * kept(one), atol=1e-6)


def test_a_brand_is_familiar_by_how_long_ago_it_was_used():
    one = market()
    terms(one, "own_experience")
    assert np.allclose(one.poll_block.visit.familiar.T, kept(one), atol=1e-6)
    assert one.poll_block.visit.familiar[0, 0] == 1  # used this week


def test_familiarity_can_be_switched_off_by_itself():
    one = market(OwnExperience(discounts_others=False))
    assert np.any(terms(one, "own_experience") != 0)
    assert np.all(one.poll_block.visit.familiar == 0)


def test_without_weight_or_without_memory_the_term_is_exactly_zero():
    assert np.all(terms(market(OwnExperience(weight=0.0)), "own_experience") == 0)
    blank = market()
    blank.state.memory[:] = 0
    assert np.all(terms(blank, "own_experience") == 0)


@pytest.mark.parametrize("half_life", [26.0, 1e9])
def test_experience_of_no_weight_changes_no_purchase(half_life):
    """Switched off or of no weight: every purchase is the same; of some weight it is not."""
    spec = market_spec([0.5, 0.3, 0.2], shoppers=2000, S=2.0)
    usage = Usage(memory_half_life=half_life)
    arms = {
        weight: purchases(
            Market(
                spec, only(**CHOOSING, usage=usage, own_experience=OwnExperience(weight=weight)), seed=35, burn_in=0
            ),
            5,
        )
        for weight in (0.0, 0.5)
    }  # fmt: skip
    off = purchases(Market(spec, only(**CHOOSING, usage=usage), seed=35, burn_in=0), 5)
    assert np.array_equal(arms[0.0], off)
    assert not np.array_equal(arms[0.5], off)


def test_memory_without_fading_stays_as_it_was():
    on = only(
        own_experience=OwnExperience(weight=1.0, discounts_others=False),
        usage=Usage(memory_half_life=1e9, past_purchases=0),
    )
    one = Market(market_spec([0.5, 0.5], shoppers=2), on, seed=1, burn_in=0)
    one.state.memory[:] = [[1.0, -0.5], [0.25, 0.0]]
    one.state.bought_week[:] = [[0, 0], [-300, NEVER]]
    one.week = 600
    one.behaviours["usage"].open_week(one)
    assert np.allclose(terms(one, "own_experience").T, one.state.memory, atol=1e-5)
    assert np.all(one.poll_block.visit.familiar == 0)
