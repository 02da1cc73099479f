"""Running replicates: each burns in once, then every arm goes on from there, all arms on the same chance."""

import gc
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.experiments.costs import costs
from sim.experiments.customer_value import customer_values
from sim.experiments.reasons import ArmWhy, Watch
from sim.market.building import brands_starting_schemes
from sim.market.market import Market
from sim.market.record.customers import Customers
from sim.market.record.panel import PanelRecorder
from sim.market.record.weekly import WeeklyTable
from sim.market.record.window import Window
from sim.market.spec import Intervention, MarketSpec
from sim.market.week import Behaviour
from sim.scenario.model import Scenario

LARGE = 100_000
"""Shoppers from which the memory of an arm is freed at once when it is over."""

Progress = Callable[[float, str], None]
Timeline = tuple[Intervention, ...]
Some = TypeVar("Some")


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
    why: bool = False


@dataclass
class Outcome:
    """What one arm of one replicate has left."""

    table: WeeklyTable
    window: dict[str, NDArray[np.float64]]
    panel: dict[str, NDArray[np.generic]]
    costs: dict[str, float]
    why: ArmWhy | None = None


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
    watch = Watch(scenario, job.window) if job.why else None
    outcomes = {}
    for arm, timeline in job.timelines.items():
        outcomes[arm] = _run_arm(job, root, timeline, clock, watch)
        if job.spec.shoppers >= LARGE:
            gc.collect()  # a market and its agents hold each other, and counting objects does not see how large it is
    return outcomes


def _run_arm(job: Job, root: Market, timeline: Timeline, clock: Clock, watch: Watch | None) -> Outcome:
    scenario = job.scenario
    table, panel = WeeklyTable(), PanelRecorder(job.panel)
    window = Window(max(scenario.weeks - job.window, 0), scenario.weeks)
    customers = Customers()
    more = watch.recorders() if watch else ()
    market = root.fork(timeline, run_off_from=scenario.weeks, recorders=[table, panel, window, customers, *more])
    for _ in range(scenario.weeks + scenario.run_off_weeks):
        market.step()
        clock.tick()
    focal = market.brand_keys.index(scenario.focal)
    worth = customer_values(customers, job.spec.finance.discount_rate, (window.first, window.last))
    why = watch.found() if watch else None
    return Outcome(table, {**window.measures(), **worth}, panel.columns(), costs(table, job.spec, focal), why)


def run_all(jobs: Sequence[Job], threads: int, clock: Clock) -> list[dict[str, Outcome]]:
    """Run jobs side by side in threads, in order of the jobs."""
    return side_by_side([partial(replicate, job, clock) for job in jobs], threads, clock)


def side_by_side(tasks: Sequence[Callable[[], Some]], threads: int, clock: Clock) -> list[Some]:
    """Do tasks side by side in threads (the kernels release the interpreter lock); results in order of the tasks."""
    with ThreadPoolExecutor(max(min(threads, len(tasks)), 1)) as pool:
        futures = [pool.submit(task) for task in tasks]
        try:
            waiting: set[Future[Some]] = set(futures)
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


def jobs_of(
    scenario: Scenario, spec: MarketSpec, behaviours: Mapping[str, Behaviour] | None,
    timelines: Mapping[str, Timeline], seeds: Sequence[int], panel: int, window: int, threads: int,
) -> list[Job]:  # fmt: skip
    """Return one job a seed; threads that are left over work inside each market."""
    spare = max(threads // len(seeds), 1)
    return [Job(spec, scenario, behaviours, timelines, seed, panel, window, spare) for seed in seeds]


def weeks_of(scenario: Scenario, arms: int) -> int:
    """Return the weeks that one replicate takes."""
    return scenario.burn_in + arms * (scenario.weeks + scenario.run_off_weeks)
