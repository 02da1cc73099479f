"""What holds for every behaviour: its numbers are declared in full, and it can be switched off."""

import math

import numpy as np
import pytest
from annotated_types import Ge, Gt, Le, Lt
from bare_market import FOUND, market_spec, only, purchases, run
from pydantic import ValidationError

from sim.errors import UsageError
from sim.market.dials import register
from sim.market.market import Market
from sim.market.week import Phase, Plan

DIALS = [(name, row) for name, behaviour in FOUND.items() for row in register(behaviour.params, "")]
RANGED = [(name, row) for name, row in DIALS if row["range"]]
LIMITS = [
    (name, field, limit)
    for name, behaviour in FOUND.items()
    for field, info in behaviour.params.model_fields.items()
    for limit in info.metadata
    if isinstance(limit, Ge | Gt | Le | Lt)
]


def label(value):
    return value if isinstance(value, str) else value["id"] if isinstance(value, dict) else type(value).__name__


@pytest.mark.parametrize(("name", "row"), DIALS, ids=label)
def test_every_number_has_a_meaning_and_a_source(name, row):
    assert row["meaning"]
    assert row["source"]
    assert row["default"] is not None
    is_number = isinstance(row["default"], int | float) and not isinstance(row["default"], bool)
    assert (row["range"] is not None) == is_number


@pytest.mark.parametrize(("name", "row"), RANGED, ids=label)
def test_every_plausible_range_contains_the_default_and_is_allowed(name, row):
    low, high = row["range"]
    assert low <= row["default"] <= high
    assert low < high
    for value in (low, high):
        FOUND[name].params(**{row["id"]: value})


@pytest.mark.parametrize(("name", "field", "limit"), LIMITS, ids=label)
def test_values_beyond_the_limits_are_refused(name, field, limit):
    match limit:
        case Ge(ge=low):
            wrong = low - 1
        case Gt(gt=low):
            wrong = low
        case Le(le=high):
            wrong = high + 1
        case Lt(lt=high):
            wrong = high
    with pytest.raises(ValidationError, match=field):
        FOUND[name].params(**{field: wrong})


@pytest.mark.parametrize("name", FOUND)
def test_what_is_no_parameter_or_no_number_is_refused(name):
    params = FOUND[name].params
    with pytest.raises(ValidationError, match="no_such_thing"):
        params(no_such_thing=1)
    for field, info in params.model_fields.items():
        if info.annotation is float:
            for wrong in (math.nan, math.inf, "much"):
                with pytest.raises(ValidationError, match=field):
                    params(**{field: wrong})
    with pytest.raises(ValidationError, match="frozen"):
        params().on = False


def test_a_behaviour_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="no behaviour called 'telepathy'"):
        Market(market_spec([0.5, 0.5], shoppers=5), {"telepathy": FOUND["taste"].params()})


@pytest.mark.parametrize("name", FOUND)
def test_a_behaviour_that_is_switched_off_is_not_in_the_plan(name):
    everything = {other: behaviour.params(on=True) for other, behaviour in FOUND.items()}
    assert name in [b.name for b in Plan.of(FOUND, everything).behaviours]
    off = everything | {name: FOUND[name].params(on=False)}
    assert name not in [b.name for b in Plan.of(FOUND, off).behaviours]


@pytest.mark.parametrize("name", FOUND)
def test_a_week_passes_without_any_one_behaviour(name):
    """Money and visits still add up, and nothing else than numbers comes out."""
    params = {other: behaviour.params(on=other != name) for other, behaviour in FOUND.items()}
    spec = market_spec([0.5, 0.3, 0.2], shoppers=400, rate=1.0, S=2.0, retailers=2, dispersion=0.1)
    market = run(Market(spec, params, seed=1, burn_in=2), 6)
    bought = market.tally.trips[0] - market.tally.postponed_visits[0]
    assert market.tally.units.sum() == (bought if name != "transaction" else 0)
    for _, array in (*market.state, *market.world):
        assert np.all(np.isfinite(array))


@pytest.mark.parametrize("name", [name for name, b in FOUND.items() if b.phase == Phase.SEARCH])
def test_search_alone_changes_no_state(name):
    """A behaviour of the search phase adds to the utility of a visit; it does not touch who shoppers are."""
    spec = market_spec([0.5, 0.3, 0.2], shoppers=300, S=2.0)
    market = Market(spec, only(**dict.fromkeys(FOUND, True)), seed=1, burn_in=0)
    run(market, 3)
    kept = {field.name: array.copy() for field, array in market.state}
    for behaviour in (market.behaviours[name],):
        block = market.poll_block
        block.enter(0, spec.shoppers)
        block.everybody()
        block.expected = False
        behaviour.on_visit(block)
    for field, array in market.state:
        assert np.array_equal(array, kept[field.name]), field.name


def test_a_market_of_which_everything_is_on_makes_the_same_purchases_again():
    spec = market_spec([0.5, 0.3, 0.2], shoppers=500, S=2.0, retailers=3, dispersion=0.1)
    params = only(**dict.fromkeys(FOUND, True))
    one, other = (purchases(Market(spec, params, seed=7, burn_in=3), 10) for _ in range(2))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, purchases(Market(spec, params, seed=8, burn_in=3), 10))
