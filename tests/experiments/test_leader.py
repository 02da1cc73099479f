"""Who wins a share: named only as far as paired replicates allow, and told in words and numbers that agree."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.experiments.leader import leader_of
from sim.experiments.told_front import leader_text, stacked

CHANCE = 0.05 * np.array([-1.0, 0.5, 1.0, -0.5])  # common to all arms


def result_with(**shares):
    """Return what stands in for a result: a share in each replicate of each arm, of the first of two brands."""
    values = np.array([np.broadcast_to(share, 4) for share in shares.values()])[:, :, None] * [1.0, 0.0]
    return SimpleNamespace(
        arms=SimpleNamespace(keys=tuple(shares)), brands=("acme", "bolt"), focal="acme", replicates=4,
        weekly={"preference_share": values}, window={}, metric=lambda _: values,
    )  # fmt: skip


def test_a_lead_that_all_replicates_share_is_clear_however_far_the_arms_themselves_scatter():
    jitter = 0.0001 * np.array([1.0, -1.0, 1.0, -1.0])
    found = leader_of(
        result_with(baseline=0.2, a=0.4 + CHANCE, b=0.41 + CHANCE + jitter), "preference_share", "baseline"
    )
    assert (found.arm, found.next, found.gains, found.leads) == ("b", "a", True, True)
    assert found.lead[0] == pytest.approx(0.01)
    assert leader_text(found, "share").startswith("b gains most share: +21.00 pt (")
    assert "; ahead of a by +1.00 pt (" in leader_text(found, "share")


def test_a_lead_that_may_be_chance_is_told_as_such():
    found = leader_of(result_with(baseline=0.2, a=0.4 + CHANCE, b=0.41 - CHANCE), "preference_share", "baseline")
    assert found.gains
    assert not found.leads
    assert "b and a gain most share" in leader_text(found, "share")
    assert "may be chance" in leader_text(found, "share")


def test_nobody_wins_if_no_gain_is_beyond_chance():
    found = leader_of(result_with(baseline=0.2, a=0.2 + CHANCE, b=0.1), "preference_share", "baseline")
    assert leader_text(found, "share").startswith("No arm gains share beyond chance; nearest comes a:")


def test_an_arm_by_itself_has_nobody_to_be_ahead_of():
    found = leader_of(result_with(baseline=0.2, a=0.3 + 0.1 * CHANCE), "preference_share", "baseline")
    assert (found.next, found.leads) == (None, True)
    assert leader_text(found, "share").startswith("a gains share: +10.00 pt (")


def test_what_was_not_measured_has_no_winner():
    assert leader_of(result_with(baseline=0.2, a=0.3), "market_share", "baseline") is None


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((1.234, 1.0, 1.468), "+1.23\n±0.23"),
        ((0.1, -0.2, 0.4), "[+0.10]\n±0.30"),
        ((-1.0, -1.0, -1.0), "-1.00"),
        ((0.001, -0.001, 0.003), "0.00"),
        ((1.0, float("nan"), float("nan")), "+1.00"),
        ((float("nan"),) * 3, "-"),
        ((1.0, -float("inf"), float("inf")), "[+1.00]\n±inf"),
    ],
)
def test_a_number_stands_above_half_its_interval_in_brackets_if_it_may_be_nothing(numbers, text):
    assert stacked(numbers, 2) == text
