"""Why the arms of one replicate differ: one watch over all of them, the baseline first, put together into `Why`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiments.result import SUBSIDY, Why
from sim.market.market import Market
from sim.market.record.funnel import Funnel
from sim.market.record.reasons import Reasons, last_poll
from sim.market.record.recorder import Recorder
from sim.market.record.shapley import METHOD, UNIT
from sim.market.record.subsidy import Subsidy
from sim.scenario.model import Scenario


@dataclass(frozen=True)
class ArmWhy:
    """What one arm of one replicate has left: as `Why`, without its axes of arms and replicates."""

    week: int | None
    behaviours: tuple[str, ...]
    parts: NDArray[np.int64]
    switches: NDArray[np.int64]
    subsidy: dict[str, float]
    funnel: dict[str, NDArray[np.float64]]


class Watch:
    """Looks at one arm after the other and compares each with the first, the baseline.

    Parameters
    ----------
    scenario
        The scenario.
    window
        Weeks before the run-off over which the funnel is counted.
    """

    def __init__(self, scenario: Scenario, window: int) -> None:
        self._week = last_poll(scenario.weeks, scenario.record.preference_every)
        self._brand = list(scenario.brands).index(scenario.focal)
        self._window = (max(scenario.weeks - window, 0), scenario.weeks)
        self._shoppers = scenario.shoppers
        self._baseline: Market | None = None
        self._anyway: NDArray[np.uint16] | None = None

    def recorders(self) -> tuple[Recorder, ...]:
        """Return what the next arm has to carry, after the recorder that polls."""
        self._reasons, self._subsidy = Reasons(self._week, self._baseline), Subsidy(self._brand)
        self._funnel = Funnel(*self._window)
        return self._reasons, self._subsidy, self._funnel

    def found(self) -> ArmWhy:
        """Return what the arm has left, once it is over."""
        reasons, subsidy, funnel = self._reasons, self._subsidy, self._funnel
        if self._anyway is None:
            self._baseline, self._anyway = reasons.kept, subsidy.bought
        known = {} if self._week is None else {"known": reasons.known / self._shoppers}
        return ArmWhy(
            self._week, reasons.names, reasons.parts, reasons.switches, subsidy.given(self._anyway),
            {**known, **funnel.shares()},
        )  # fmt: skip


def why_of(found: Sequence[Sequence[ArmWhy | None]]) -> Why | None:
    """Put together what was found, [arm][replicate]; None if nobody looked."""
    arms = [[one for one in runs if one is not None] for runs in found]
    if not arms or not arms[0] or any(len(kept) != len(runs) for kept, runs in zip(arms, found, strict=True)):
        return None
    first = arms[0][0]
    return Why(
        week=first.week,
        behaviours=first.behaviours,
        parts=np.array([[one.parts for one in runs] for runs in arms]),
        unit=UNIT,
        method=METHOD,
        switches=np.array([[one.switches for one in runs] for runs in arms]),
        subsidy={name: np.array([[one.subsidy[name] for one in runs] for runs in arms]) for name in SUBSIDY},
        funnel={name: np.array([[one.funnel[name] for one in runs] for runs in arms]) for name in first.funnel},
    )
