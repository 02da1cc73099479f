"""The frame that holds all shopper state: arrays are filled and never bound anew."""

import numpy as np
import pytest

from sim.errors import ContractError
from sim.market.market import Market
from sim.market.state import Field, Frame

POINTS = Field("points", ("N", "S"), "int32", "points", "points held")
TASTE = Field("taste", ("N",), "float32", "utility", "lasting liking", fill=-1, fixed=True)
SIZES = {"N": 3, "S": 2}


def frame() -> Frame:
    return Frame((POINTS, TASTE), SIZES)


def test_arrays_have_the_declared_shape_type_and_first_value():
    held = frame()
    assert held.points.shape == (3, 2)
    assert held.points.dtype == np.int32
    assert held.taste.dtype == np.float32
    assert (held.points == 0).all()
    assert (held.taste == -1).all()
    assert held.nbytes == 3 * 2 * 4 + 3 * 4
    assert [field.name for field, _ in held] == ["points", "taste"]


def test_an_array_cannot_be_bound_anew():
    held = frame()
    before = held.points
    with pytest.raises(ContractError, match=r"points.*cannot be bound anew.*frame\.points\[:\]"):
        held.points = np.ones((3, 2), np.int32)
    with pytest.raises(ContractError, match="cannot be bound anew"):
        held.points = before.copy()
    assert held.points is before
    assert (before == 0).all()


def test_a_new_name_cannot_be_bound_either():
    held = frame()
    with pytest.raises(ContractError, match="vouchers"):
        held.vouchers = np.ones(3)


def test_a_name_that_is_not_there_says_what_is():
    with pytest.raises(AttributeError, match="no array 'vouchers'; there are points, taste"):
        _ = frame().vouchers


def test_augmented_assignment_fills_in_place():
    held = frame()
    before = held.points
    held.points += 5
    held.points[1] -= 2
    assert held.points is before
    assert before.tolist() == [[5, 5], [3, 3], [5, 5]]


def test_a_copy_shares_only_the_arrays_that_never_change():
    held = frame()
    twin = held.copy()
    assert twin.taste is held.taste
    assert not np.shares_memory(twin.points, held.points)
    twin.points[:] = 7
    assert (held.points == 0).all()
    with pytest.raises(ContractError):
        twin.points = held.points


def test_a_field_declared_twice_in_the_same_words_is_held_once():
    again = Field("points", ("N", "S"), "int32", "points", "points held")
    assert list(Frame((POINTS, again), SIZES).fields) == ["points"]


@pytest.mark.parametrize(
    "other",
    [
        Field("points", ("N",), "int32", "points", "points held"),
        Field("points", ("N", "S"), "int64", "points", "points held"),
        Field("points", ("N", "S"), "int32", "cents", "points held"),
        Field("points", ("N", "S"), "int32", "points", "points collected"),
        Field("points", ("N", "S"), "int32", "points", "points held", fill=1),
        Field("points", ("N", "S"), "int32", "points", "points held", fixed=True),
    ],
    ids=["axes", "dtype", "unit", "doc", "fill", "fixed"],
)
def test_a_field_declared_twice_in_different_words_is_refused(other):
    with pytest.raises(ContractError, match="'points' is declared twice, in different words"):
        Frame((POINTS, other), SIZES)


def test_every_field_of_a_market_says_its_unit_or_none_and_its_meaning(small_spec):
    market = Market(small_spec(), burn_in=0)
    for frame_ in (market.state, market.world, market.tally, market.poll_block.visit):
        for field, array in frame_:
            assert field.doc, f"{field.name} says nothing about itself"
            assert array.dtype == np.dtype(field.dtype)
            assert array.flags.c_contiguous


def test_a_fork_shares_the_fixed_arrays_and_owns_the_rest(small_spec):
    root = Market(small_spec(), burn_in=1)
    twin = root.fork()
    for field, array in root.state:
        assert (getattr(twin.state, field.name) is array) == field.fixed
    for field, array in root.world:
        assert (getattr(twin.world, field.name) is array) == field.fixed
