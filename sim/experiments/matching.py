"""Matching the cost of one arm to another's, on calibration seeds apart from those of the run."""

from collections.abc import Callable, Mapping

import numpy as np

from sim.errors import UsageError
from sim.experiments.costs import only_spends, planned_spend, scaled, total
from sim.experiments.replicates import Clock, Progress, Timeline, jobs_of, run_all, weeks_of
from sim.experiments.result import BASELINE
from sim.market.chance import derive
from sim.market.spec import MarketSpec
from sim.market.week import Behaviour
from sim.scenario.model import Scenario

CALIBRATION_SEEDS = 4
MATCHED_WITHIN = 0.01
MOST_MATCHING_ROUNDS = 8


def match_costs(
    scenario: Scenario, spec: MarketSpec, behaviours: Mapping[str, Behaviour] | None, threads: int,
    tell: Progress | None = None,
) -> tuple[dict[str, Timeline], tuple[str, ...]]:  # fmt: skip
    """Scale the spend of every arm that is matched to another until their mean costs agree within 1 %.

    Costs are measured on calibration seeds apart from those of the run.

    Returns
    -------
    timelines
        What each arm does, with money where the scenario had weights.
    notes
        How well each arm was matched.

    Raises
    ------
    UsageError
        If an arm cannot be matched: the arm it is matched to costs nothing, or spending cannot reach it.
    """
    timelines = {key: tuple(arm.interventions) for key, arm in scenario.arms.items()}
    waiting = {key: arm.cost_matched_to for key, arm in scenario.arms.items() if arm.cost_matched_to}
    seeds = [derive(scenario.seed, "matching", r) for r in range(CALIBRATION_SEEDS)]
    notes: list[str] = []
    known: dict[str, float] = {}

    def measure(arm: str, timeline: Timeline) -> float:
        jobs = jobs_of(scenario, spec, behaviours, {BASELINE: timelines[BASELINE], arm: timeline}, seeds, 0, 1, threads)
        clock = Clock(len(jobs) * weeks_of(scenario, 2), tell, f"cost of {arm}")
        runs = run_all(jobs, threads, clock)
        return float(np.mean([total(run[arm].costs) - total(run[BASELINE].costs) for run in runs]))

    while waiting:
        arm = next(key for key, goal in waiting.items() if goal not in waiting)
        goal = waiting.pop(arm)
        assert goal is not None
        if goal not in known:
            known[goal] = measure(goal, timelines[goal])
        timelines[arm], cost = _match(scenario, spec, arm, goal, timelines[arm], known[goal], measure)
        known[arm] = cost
        notes.append(
            f"{arm} costs {cost:,.2f} and {goal} {known[goal]:,.2f} on {CALIBRATION_SEEDS} calibration seeds "
            f"({cost / known[goal] - 1:+.2%})"
        )
    return timelines, tuple(notes)


def _match(
    scenario: Scenario, spec: MarketSpec, arm: str, goal: str, written: Timeline, target: float,
    measure: Callable[[str, Timeline], float],
) -> tuple[Timeline, float]:  # fmt: skip
    """Find the factor on an arm's spend at which it costs the target."""
    if target <= 0:
        raise UsageError(
            f"arm {arm!r} cannot be matched to {goal!r}: {goal!r} costs {target:,.2f} beyond the baseline on the "
            "calibration seeds, and spending cannot be negative"
        )
    weight = planned_spend(written, scenario.focal, scenario.weeks, spec.finance.discount_rate)
    if weight <= 0:
        raise UsageError(f"arm {arm!r} cannot be matched to {goal!r}: it spends on no lever in time")
    factor = target / weight
    if only_spends(written):
        return scaled(written, scenario.focal, factor), target
    cost = 0.0
    fixed = measure(arm, scaled(written, scenario.focal, 0.0))
    for _ in range(MOST_MATCHING_ROUNDS):
        if target <= fixed:
            break
        factor = (target - fixed) / weight
        cost = measure(arm, scaled(written, scenario.focal, factor))
        if abs(cost / target - 1.0) <= MATCHED_WITHIN:
            return scaled(written, scenario.focal, factor), cost
        fixed = cost - factor * weight
    if target > fixed:
        raise UsageError(
            f"arm {arm!r} cannot be matched to {goal!r}: after {MOST_MATCHING_ROUNDS} rounds it costs {cost:,.2f}, "
            f"against {target:,.2f}"
        )
    raise UsageError(
        f"arm {arm!r} cannot be matched to {goal!r}: what it does besides spending costs {fixed:,.2f} already, "
        f"against {target:,.2f}"
    )
