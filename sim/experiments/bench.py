"""Timing a market: shopper-weeks a second, bytes a shopper, and each behaviour's share of the time."""

import gc
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

from sim.experiments.footprint import refuse_too_large
from sim.experiments.steady import settled
from sim.experiments.tables import table
from sim.market.compiled import mark_compiled
from sim.market.market import Market
from sim.market.record.recorder import Recorder
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import MarketSpec
from sim.market.week import Behaviour, Plan
from sim.scenario.load import load_scenario
from sim.scenario.model import Scenario

HOOKS = ("open_week", "on_shoppers", "on_visit", "close_week")


class _Counts(Recorder):
    def __init__(self) -> None:
        self.units: Any = 0
        self.trips = 0

    def close_week(self, market: Market) -> None:
        self.units = self.units + market.tally.units
        self.trips += int(market.tally.trips[0])


def time_market(name: str, shoppers: int | None, weeks: int, threads: int, repeats: int) -> dict[str, Any]:
    """Time a scenario's market from its first week, after a warm-up run that compiles what is not compiled yet.

    Parameters
    ----------
    name
        A shipped scenario or a file.
    shoppers, weeks, threads, repeats
        Size and number of the timed runs.

    Returns
    -------
    dict
        `shopper_weeks_per_second` (median; `best` and `runs` beside it), `bytes_per_shopper`, `behaviours` (share of
        time, from one more run on one thread with a clock around every behaviour), `shares` and `trips`, so that it
        can be seen that the work is the same as another engine's.
    """
    scenario = load_scenario(name, [] if shoppers is None else [f"shoppers={shoppers}"])
    refuse_too_large(scenario.model_copy(update={"replicates": 1, "arms": {}}), None, 1)
    spec = settled(scenario.market, scenario.behaviours)
    small = spec.model_copy(update={"shoppers": min(spec.shoppers, 2000)})
    _run(scenario, small, 2, threads)
    mark_compiled()
    runs = [_run(scenario, spec, weeks, threads) for _ in range(repeats)]
    rates = [spec.shoppers * weeks / seconds for seconds, _, _ in runs]
    _, counts, state = runs[0]
    return {
        "scenario": name,
        "shoppers": spec.shoppers,
        "weeks": weeks,
        "threads": threads,
        "shopper_weeks_per_second": round(median(rates)),
        "best": round(max(rates)),
        "runs": [round(rate) for rate in rates],
        "bytes_per_shopper": round(state / spec.shoppers, 1),
        "trips": counts.trips / (spec.shoppers * weeks),
        "shares": [round(float(share), 5) for share in counts.units / max(counts.units.sum(), 1)],
        "behaviours": _profile(scenario, spec, weeks),
    }


def _run(scenario: Scenario, spec: MarketSpec, weeks: int, threads: int) -> tuple[float, _Counts, int]:
    """Run the market and return the seconds its weeks took, what it sold, and its bytes; one market at a time."""
    counts = _Counts()
    recorders: list[Recorder] = [counts]
    if spec.record.preference_every:
        recorders.append(WeeklyTable())
    market = Market(spec, scenario.behaviours, seed=scenario.seed, burn_in=0, threads=threads, recorders=recorders)
    began = time.perf_counter()
    for _ in range(weeks):
        market.step()
    seconds, state = time.perf_counter() - began, market.nbytes
    del market
    gc.collect()  # a market and its agents hold each other
    return seconds, counts, state


def _profile(scenario: Scenario, spec: MarketSpec, weeks: int) -> dict[str, float]:
    """Return each behaviour's share of the time of a run on one thread; `rest` is everything else."""
    spent: defaultdict[str, float] = defaultdict(float)
    recorders: list[Recorder] = [WeeklyTable()] if spec.record.preference_every else []
    market = Market(spec, scenario.behaviours, seed=scenario.seed, burn_in=0, recorders=recorders)

    def timed(name: str, hook: Callable[[Any], None]) -> Callable[[Any], None]:
        def wrapped(at: Any) -> None:  # noqa: ANN401 - a market or a block
            began = time.perf_counter()
            hook(at)
            spent[name] += time.perf_counter() - began

        return wrapped

    def clocked(behaviour: Behaviour) -> Behaviour:
        hooks = {hook: getattr(behaviour, hook) for hook in HOOKS}
        wrapped: dict[str, Any] = {h: f and timed(behaviour.name, f) for h, f in hooks.items()}
        return replace(behaviour, **wrapped)

    market.plan = Plan(tuple(clocked(b) for b in market.plan.behaviours))
    began = time.perf_counter()
    for _ in range(weeks):
        market.step()
    total = time.perf_counter() - began
    shares = {name: round(seconds / total, 4) for name, seconds in sorted(spent.items(), key=lambda item: -item[1])}
    return {**shares, "rest": round(1.0 - sum(spent.values()) / total, 4)}


def bench_text(found: dict[str, Any]) -> str:
    """Return a timing in words."""
    rows = [{"behaviour": name, "share of time": f"{100 * share:.1f} %"} for name, share in found["behaviours"].items()]
    many = {name: f"{found[name]:,} {name[:-1]}{'s' * (found[name] != 1)}" for name in ("shoppers", "weeks", "threads")}
    return (
        f"{found['scenario']}: {many['shoppers']}, {many['weeks']}, {many['threads']}\n"
        f"{found['shopper_weeks_per_second'] / 1e6:.2f} million shopper-weeks a second "
        f"(best {found['best'] / 1e6:.2f}), {found['bytes_per_shopper']:.0f} bytes a shopper\n"
        f"{found['trips']:.4f} trips a shopper and week; shares {', '.join(map(str, found['shares']))}\n\n{table(rows)}"
    )
