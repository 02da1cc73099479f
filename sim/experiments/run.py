"""Running a scenario: every arm and replicate, forked after a common burn-in, all arms on the same chance."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.matched import MATCHING, matching_rows
from sim.experiments.matching import match_costs
from sim.experiments.reasons import why_of
from sim.experiments.replicates import Clock, Outcome, Progress, Timeline, jobs_of, run_all, weeks_of
from sim.experiments.result import BASELINE, WINDOW_MEASURES, Arms, Result
from sim.experiments.steady import settled
from sim.market.chance import derive
from sim.market.compiled import mark_compiled
from sim.market.spec import MarketSpec
from sim.market.week import Behaviour
from sim.scenario.load import LoadedScenario
from sim.scenario.write import to_toml

WINDOW = 26
"""Weeks before the run-off over which metrics are compared."""


def run_scenario(
    loaded: LoadedScenario,
    *,
    threads: int = 2,
    window: int = WINDOW,
    behaviours: Mapping[str, Behaviour] | None = None,
    tell: Progress | None = None,
) -> Result:
    """Run all arms and replicates of a scenario.

    Parameters
    ----------
    loaded
        The scenario.
    threads
        Threads to use; they change the speed and nothing else.
    window
        Weeks before the run-off over which metrics are compared.
    behaviours
        Behaviours to choose from; those that ship if None.
    tell
        Called with the share done and what is being done.

    Raises
    ------
    UsageError
        If costs cannot be matched.
    CalibrationError
        If the market does not come to rest.
    """
    scenario, began = loaded.scenario, time.perf_counter()
    if tell is not None:
        tell(0.0, "market at rest")
    spec = settled(scenario.market, scenario.behaviours, behaviours)
    rested = time.perf_counter()
    timelines, matched_arms = match_costs(scenario, spec, behaviours, threads, tell)
    matched = time.perf_counter()
    seeds = tuple(derive(scenario.seed, "replicate", r) for r in range(scenario.replicates))
    jobs = jobs_of(scenario, spec, behaviours, timelines, seeds, spec.record.panel, window, threads)
    jobs = [replace(job, why=True) for job in jobs]
    runs = run_all(jobs, threads, Clock(len(jobs) * weeks_of(scenario, len(timelines)), tell, "arms"))
    mark_compiled()
    timings = {"rest": rested - began, "matching": matched - rested, "arms": time.perf_counter() - matched}
    return _gather(loaded, spec, timelines, runs, seeds, window, matching_rows(matched_arms), timings)


def _gather(
    loaded: LoadedScenario, spec: MarketSpec, timelines: Mapping[str, Timeline], runs: list[dict[str, Outcome]],
    seeds: tuple[int, ...], window: int, matching: list[dict[str, Any]], timings: dict[str, float],
) -> Result:  # fmt: skip
    """Put the outcomes of all replicates into arrays."""
    scenario = loaded.scenario
    keys = tuple(timelines)
    first = runs[0][keys[0]]

    def stack(pick: Callable[[Outcome], NDArray[np.float64]]) -> NDArray[np.float64]:
        return np.array([[pick(run[arm]) for run in runs] for arm in keys])

    resolved = scenario.model_copy(update={"calibrated": spec.calibrated})
    return Result(
        name=loaded.name,
        title=scenario.title,
        question=scenario.question,
        focal=scenario.focal,
        arms=Arms(keys, tuple(scenario.arms[key].label or key for key in keys)),
        brands=tuple(spec.brands),
        brand_labels=tuple(brand.label or key for key, brand in spec.brands.items()),
        retailers=tuple(spec.retailers),
        weeks=np.array(first.table.weeks),
        compared_weeks=(max(scenario.weeks - window, 0), scenario.weeks),
        weekly={name: stack(lambda o, n=name: o.table.column(n)) for name in first.table.rows},  # type: ignore[misc]
        window={name: stack(lambda o, n=name: o.window[n]) for name in WINDOW_MEASURES},  # type: ignore[misc]
        costs={
            part: np.array([[run[arm].costs[part] - run[BASELINE].costs[part] for run in runs] for arm in keys])
            for part in first.costs
        },
        panels=[[run[arm].panel for run in runs] for arm in keys],
        scenario_toml=to_toml(resolved),
        seeds=seeds,
        timings=timings,
        why=why_of([[run[arm].why for run in runs] for arm in keys]),
        extra={MATCHING: matching} if matching else {},
    )
