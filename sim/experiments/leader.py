"""Which arm gains most of a share, and whether it is ahead of the next beyond chance."""

from dataclasses import dataclass

import numpy as np

from sim.experiments.compare import interval
from sim.experiments.result import Result

Interval = tuple[float, float, float]
"""Mean, low and high; NaN limits from a single replicate."""


@dataclass(frozen=True)
class Leader:
    """The arm that gains most, what it gains, and how far it is ahead of the next.

    Attributes
    ----------
    arm, gain
        The arm, and its paired difference to the arm of reference.
    next, lead
        The arm that gains next most, and the paired difference between the two; None and NaN if there is no other.
    """

    arm: str
    gain: Interval
    next: str | None
    lead: Interval

    @property
    def gains(self) -> bool:
        """Tell whether it gains beyond chance."""
        return self.gain[1] > 0.0

    @property
    def leads(self) -> bool:
        """Tell whether it is ahead of the next beyond chance; of two at the most, so no arm's luck is picked twice."""
        return self.next is None or self.lead[1] > 0.0


def leader_of(result: Result, metric: str, against: str) -> Leader | None:
    """Return the arm with the largest gain of the focal brand in a metric; None if it was not measured.

    All is paired, replicate by replicate. Which two arms are compared is chosen by their means, so with many arms the
    lead is somewhat flattered; the interval is not widened for that.
    """
    if metric not in result.weekly and metric not in result.window:
        return None
    values = result.metric(metric)[:, :, result.brands.index(result.focal)]  # (arms, replicates)
    base = values[result.arms.keys.index(against)]
    gains = {
        arm: interval(values[a] - base)
        for a, arm in enumerate(result.arms.keys)
        if arm != against and np.isfinite(values[a] - base).any()
    }
    if not gains:
        return None
    first, *others = sorted(gains, key=lambda arm: -gains[arm][0])
    if not others:
        return Leader(first, gains[first], None, (float("nan"),) * 3)
    a, b = (result.arms.keys.index(arm) for arm in (first, others[0]))
    return Leader(first, gains[first], others[0], interval(values[a] - values[b]))
