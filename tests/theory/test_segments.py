"""Segments: fit error = what differs within a segment + drift since it was learned + the error of learning it."""

import numpy as np
import pytest
from bare_market import assert_within, mean

from sim.market.behaviours.personal_fit import Params as PersonalFit
from sim.market.behaviours.personal_fit import missed
from sim.market.spec_service import Profile

SIDES = {1: 6, 2: 3, 4: 2}
"""Needs F to cells a side: 6, 9 and 16 segments on a grid."""


def error_of_knowledge(needs, asked, refresh, drift, replicates=400, shoppers=60):
    """Simulate shoppers with uniform needs that walk at random, learned by segment from some of them.

    Independent of the formula: needs are drawn within a cell of the grid, the segment's estimate is the mean of
    `asked` others of the cell when they were asked, and weeks of the cycle are equally likely. Cells are alike, so
    one stands for all. Returns the squared misses, a mean for each replicate.
    """
    random = np.random.default_rng(needs)
    width = np.sqrt(12.0 / needs) / SIDES[needs]  # of a cell: total variance 1, alike in every direction
    found = []
    for _ in range(replicates):
        estimate = random.uniform(0, width, (asked, needs)).mean(axis=0)
        then = random.uniform(0, width, (shoppers, needs))
        weeks = random.integers(0, refresh + 1, shoppers)
        steps = random.normal(0, np.sqrt(drift / needs), (refresh, shoppers, needs))
        walked = np.where((np.arange(refresh)[:, None] < weeks)[..., None], steps, 0.0).sum(axis=0)
        found.append(np.square(then + walked - estimate).sum(axis=1).mean())
    return np.array(found)


@pytest.mark.parametrize("needs", sorted(SIDES))
@pytest.mark.parametrize(("asked", "refresh", "drift"), [(3, 26, 0.01), (20, 0, 0.01), (5, 104, 0.002)])
def test_needs_are_missed_by_variance_within_segments_drift_and_the_error_of_learning(needs, asked, refresh, drift):
    """Means over independent replicates, four standard errors."""
    segments = SIDES[needs] ** needs
    params = PersonalFit(needs=needs, drift=drift)
    profile = Profile(segments=segments, sample=segments * asked)
    formula = missed(params, profile, 1.0, refresh / 2)
    assert_within(mean(error_of_knowledge(needs, asked, refresh, drift)), formula)


def test_one_segment_is_everybody():
    """Known without segments, by a very large sample just taken: missed by the whole variance, as by any average."""
    assert missed(PersonalFit(), Profile(segments=1, sample=10**8), 1.0, 0.0) == pytest.approx(1.0, abs=1e-6)
