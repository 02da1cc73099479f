"""Running a scenario: every arm and replicate, forked after a common burn-in, all arms on the same chance."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.experiments.costs import costs, only_spends, planned_spend, scaled, total
from sim.experiments.result import BASELINE, COST_PARTS, WINDOW_MEASURES, Arms, Result
from sim.experiments.steady import settled
from sim.market.chance import derive
from sim.market.compiled import mark_compiled
from sim.market.market import Market, brands_starting_schemes
from sim.market.record.panel import PanelRecorder
from sim.market.record.weekly import MEASURES, WeeklyTable
from sim.market.record.window import Window
from sim.market.spec import Intervention, MarketSpec
from sim.market.week import Behaviour
from sim.scenario.load import LoadedScenario
from sim.scenario.model import Scenario
from sim.scenario.write import to_toml

WINDOW = 26
"""Weeks before the run-off over which metrics are compared."""
CALIBRATION_SEEDS = 4
"""Replicates apart from all others, on which costs are matched."""
MATCHED_WITHIN = 0.01
MOST_MATCHING_ROUNDS = 8

Progress = Callable[[float, str], None]
Timeline = tuple[Intervention, ...]


class Stopped(Exception):  # noqa: N818 - not an error: somebody asked
    """The run was asked to stop."""


@dataclass(frozen=True)
class Job:
    """All that one replicate needs."""

    spec: MarketSpec
    scenario: Scenario
    behaviours: Mapping[str, Behaviour] | None
    timelines: Mapping[str, Timeline]
    seed: int
    panel: int
    window: int
    threads: int = 1


@dataclass
class Outcome:
    """What one arm of one replicate has left."""

    table: WeeklyTable
    window: dict[str, NDArray[np.float64]]
    panel: dict[str, NDArray[np.generic]]
    costs: dict[str, float]


class Clock:
    """Counts weeks run by all threads and tells progress; carries the wish to stop."""

    def __init__(self, weeks: int, tell: Progress | None, what: str) -> None:
        self.weeks = max(weeks, 1)
        self.done = 0
        self.tell = tell
        self.what = what
        self.stop = threading.Event()
        self.lock = threading.Lock()

    def tick(self) -> None:
        """Count one week."""
        if self.stop.is_set():
            raise Stopped
        with self.lock:
            self.done += 1
            if self.tell is not None and (self.done % 8 == 0 or self.done == self.weeks):
                self.tell(self.done / self.weeks, self.what)


def replicate(job: Job, clock: Clock) -> dict[str, Outcome]:
    """Run the burn-in once and every arm from there."""
    scenario = job.scenario
    started = set().union(*(brands_starting_schemes(t) for t in job.timelines.values()))
    root = Market(
        job.spec, scenario.behaviours, seed=job.seed, burn_in=scenario.burn_in, behaviours=job.behaviours,
        schemes=sorted(started), threads=job.threads,
    )  # fmt: skip
    for _ in range(scenario.burn_in):
        root.step()
        clock.tick()
    return {arm: _run_arm(job, root, timeline, clock) for arm, timeline in job.timelines.items()}


def _run_arm(job: Job, root: Market, timeline: Timeline, clock: Clock) -> Outcome:
    scenario = job.scenario
    table, panel = WeeklyTable(), PanelRecorder(job.panel)
    window = Window(max(scenario.weeks - job.window, 0), scenario.weeks)
    market = root.fork(timeline, run_off_from=scenario.weeks, recorders=[table, panel, window])
    for _ in range(scenario.weeks + scenario.run_off_weeks):
        market.step()
        clock.tick()
    focal = market.brand_keys.index(scenario.focal)
    return Outcome(table, window.measures(), panel.columns(), costs(table, job.spec, focal))


def run_all(jobs: Sequence[Job], threads: int, clock: Clock) -> list[dict[str, Outcome]]:
    """Run jobs side by side in threads (the kernels release the interpreter lock), in order of the jobs."""
    with ThreadPoolExecutor(max(min(threads, len(jobs)), 1)) as pool:
        futures = [pool.submit(replicate, job, clock) for job in jobs]
        try:
            waiting: set[Future[dict[str, Outcome]]] = set(futures)
            while waiting:
                done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
        except BaseException:
            clock.stop.set()
            for future in futures:
                future.cancel()
            raise
    return [future.result() for future in futures]


def _jobs(
    scenario: Scenario, spec: MarketSpec, behaviours: Mapping[str, Behaviour] | None,
    timelines: Mapping[str, Timeline], seeds: Sequence[int], panel: int, window: int, threads: int,
) -> list[Job]:  # fmt: skip
    spare = max(threads // len(seeds), 1)
    return [Job(spec, scenario, behaviours, timelines, seed, panel, window, spare) for seed in seeds]


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
        jobs = _jobs(scenario, spec, behaviours, {BASELINE: timelines[BASELINE], arm: timeline}, seeds, 0, 1, threads)
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
    weight = planned_spend(written, scenario.weeks, spec.finance.discount_rate)
    if weight <= 0:
        raise UsageError(f"arm {arm!r} cannot be matched to {goal!r}: it spends on no lever in time")
    factor = target / weight
    if only_spends(written):
        return scaled(written, factor), target
    fixed = measure(arm, scaled(written, 0.0))
    for _ in range(MOST_MATCHING_ROUNDS):
        if target <= fixed:
            break
        factor = (target - fixed) / weight
        cost = measure(arm, scaled(written, factor))
        if abs(cost / target - 1.0) <= MATCHED_WITHIN:
            return scaled(written, factor), cost
        fixed = cost - factor * weight
    raise UsageError(
        f"arm {arm!r} cannot be matched to {goal!r}: what it does besides spending costs {fixed:,.2f} already, "
        f"against {target:,.2f}"
    )


def weeks_of(scenario: Scenario, arms: int) -> int:
    """Return the weeks that one replicate takes."""
    return scenario.burn_in + arms * (scenario.weeks + scenario.run_off_weeks)


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
    timelines, notes = match_costs(scenario, spec, behaviours, threads, tell)
    matched = time.perf_counter()
    seeds = tuple(derive(scenario.seed, "replicate", r) for r in range(scenario.replicates))
    jobs = _jobs(scenario, spec, behaviours, timelines, seeds, spec.record.panel, window, threads)
    runs = run_all(jobs, threads, Clock(len(jobs) * weeks_of(scenario, len(timelines)), tell, "arms"))
    mark_compiled()
    timings = {"rest": rested - began, "matching": matched - rested, "arms": time.perf_counter() - matched}
    return _gather(loaded, spec, timelines, runs, seeds, window, notes, timings)


def _gather(
    loaded: LoadedScenario, spec: MarketSpec, timelines: Mapping[str, Timeline], runs: list[dict[str, Outcome]],
    seeds: tuple[int, ...], window: int, notes: tuple[str, ...], timings: dict[str, float],
) -> Result:  # fmt: skip
    """Put the outcomes of all replicates into arrays."""
    scenario = loaded.scenario
    keys = tuple(timelines)

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
        weeks=np.array(runs[0][keys[0]].table.weeks),
        compared_weeks=(max(scenario.weeks - window, 0), scenario.weeks),
        weekly={name: stack(lambda o, n=name: o.table.column(n)) for name in MEASURES},  # type: ignore[misc]
        window={name: stack(lambda o, n=name: o.window[n]) for name in WINDOW_MEASURES},  # type: ignore[misc]
        costs={
            part: np.array([[run[arm].costs[part] - run[BASELINE].costs[part] for run in runs] for arm in keys])
            for part in COST_PARTS
        },
        panels=[[run[arm].panel for run in runs] for arm in keys],
        scenario_toml=to_toml(resolved),
        seeds=seeds,
        notes=notes,
        timings=timings,
    )
