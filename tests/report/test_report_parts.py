"""What figures are made of: labels that keep apart, bands, wrapped lines, colours and sentences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from sim.experiments.compare import interval
from sim.experiments.result import Difference
from sim.report.bands import band
from sim.report.end_labels import spread_out
from sim.report.sayings import finding
from sim.report.style import ARM_COLOURS, REFERENCE_COLOUR, colours_of, ink_of, text_width, wrap

BOXES = st.lists(st.tuples(st.floats(0, 100), st.floats(1, 9)), min_size=1, max_size=10)


@given(BOXES)
@settings(deadline=None)
def test_labels_never_overlap_stay_inside_and_keep_their_order(boxes):
    wanted, heights = np.array(boxes).T
    placed = spread_out(wanted, heights, 0.0, 100.0)
    order = np.argsort(wanted, kind="stable")
    low, high = (placed - heights / 2)[order], (placed + heights / 2)[order]
    assert np.all(high[:-1] <= low[1:] + 1e-9)
    assert low[0] >= -1e-9
    assert high[-1] <= 100 + 1e-9


def test_labels_with_room_stay_where_they_are_wanted():
    assert list(spread_out(np.array([50.0, 10.0]), np.array([5.0, 5.0]), 0.0, 100.0)) == [50.0, 10.0]


def test_labels_at_one_place_spread_evenly_around_it():
    assert list(spread_out(np.array([50.0, 50.0, 50.0]), np.full(3, 10.0), 0.0, 100.0)) == [40.0, 50.0, 60.0]


def test_too_many_labels_reach_beyond_both_ends_alike():
    assert list(spread_out(np.array([0.0, 1.0, 2.0]), np.full(3, 10.0), 0.0, 20.0)) == [0.0, 10.0, 20.0]


def test_a_band_is_the_interval_of_the_comparison_week_by_week():
    values = np.random.default_rng(1).normal(size=(6, 5))
    values[0, 1] = values[:, 2] = values[1:, 3] = np.nan
    found = band(values)
    for week in range(5):
        known = interval(values[:, week])
        assert np.allclose([found.mean[week], found.low[week], found.high[week]], known, equal_nan=True)


@given(st.text(alphabet="abc W$\u00e4", max_size=80), st.floats(0.4, 3.0), st.integers(1, 4))
@settings(deadline=None, max_examples=40)
def test_wrapped_lines_fit_and_lose_nothing_unless_they_say_so(text, inches, most):
    lines = wrap(text, inches, 9.0, most=most).split("\n")
    assert len(lines) <= most
    assert all(text_width(line, 9.0) <= inches for line in lines)
    if not lines[-1].endswith("…"):
        assert "".join(lines).replace(" ", "") == "".join(text.split())


@pytest.mark.parametrize("colour", [*ARM_COLOURS, REFERENCE_COLOUR])
def test_letters_in_the_colour_of_an_arm_are_dark_enough_to_read(colour):
    linear = [((c + 0.055) / 1.055) ** 2.4 if c > 0.04045 else c / 12.92 for c in to_rgb(ink_of(colour))]
    assert 1.05 / (np.dot(linear, [0.2126, 0.7152, 0.0722]) + 0.05) >= 4.45


def test_eight_arms_have_eight_colours():
    assert len(set(colours_of(tuple("abcdefgh"), "c").values())) == 8
    assert colours_of(tuple("abc"), "b")["b"] == REFERENCE_COLOUR


def saying(make_result, *found, **changes):
    result, _ = make_result(3, 3, **{"replicates": 4, **changes})
    return finding(result, [Difference(*one) for one in found], "preference_share", "preference share")


UP = ("points", "acme", "preference_share", 0.2, 0.223, 0.023, 0.019, 0.027)
DOWN = ("experience", "acme", "preference_share", 0.2, 0.15, -0.05, -0.06, -0.04)
UNSURE = ("experience", "acme", "preference_share", 0.2, 0.25, 0.05, -0.01, 0.11)
RIVAL = ("experience", "bolt", "preference_share", 0.2, 0.4, 0.2, 0.1, 0.3)
NAN = float("nan")


def test_the_heading_names_the_arm_that_moves_most_and_how_far(make_result):
    text = "“5 % back in points” moves the preference share of Acme: +2.3 percentage points (+1.9 to +2.7)"
    assert saying(make_result, UP, RIVAL) == text
    both = saying(make_result, UP, DOWN)
    assert both.startswith("“The same money in the four moments of the customer experience” moves")
    assert both.endswith("of Acme most: \u22125.0 percentage points (\u22126.0 to \u22124.0)")


def test_the_heading_claims_nothing_that_chance_may_have_done(make_result):
    assert saying(make_result, UNSURE).endswith("does not move the preference share of Acme beyond chance")
    assert saying(make_result, UNSURE, UNSURE) == "No arm moves the preference share of Acme beyond chance"
    only = saying(make_result, UP, UNSURE)
    assert only.startswith("Only “5 % back in points” moves the preference share of Acme beyond chance: +2.3")


def test_the_heading_ranks_no_arms_whose_intervals_overlap(make_result):
    close = ("experience", *UP[1:5], 0.025, 0.02, 0.03)
    assert saying(make_result, UP, close) == "2 of 2 arms move the preference share of Acme beyond chance"


def test_small_differences_have_two_decimals(make_result):
    small = (*UP[:5], 0.0006, 0.0001, 0.0010)
    assert saying(make_result, small).endswith("of Acme: +0.06 percentage points (+0.01 to +0.10)")


def test_the_heading_gives_no_interval_for_a_single_replicate(make_result):
    lonely = (*UP[:6], NAN, NAN)
    text = "In a single run, “5 % back in points” moves the preference share of Acme by +2.3 percentage points"
    assert saying(make_result, lonely, replicates=1) == text


def test_the_heading_is_a_plain_name_if_nothing_was_measured(make_result):
    assert saying(make_result) == "Preference share of Acme"
    assert saying(make_result, (*UP[:3], NAN, NAN, NAN, NAN, NAN)) == "Preference share of Acme"
