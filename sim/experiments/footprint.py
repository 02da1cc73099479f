"""Whether a run fits into memory, asked before it begins: the bytes of all that grows, against what is free."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sim.errors import UsageError
from sim.experiments.search import MOST_SEEDS
from sim.market.building import SHOPPERS, brands_starting_schemes, brands_with_schemes
from sim.market.record.weekly import MEASURES
from sim.market.spec import MarketSpec
from sim.market.week import Behaviour, discover
from sim.scenario.model import Scenario

WINDOW_BYTES = 23
"""Bytes a shopper and brand while purchases within the window are measured (`sim.market.record.window`)."""

CUSTOMER_BYTES = 7
"""Bytes a shopper while customers are followed: a bit a brand, and what marks them (`sim.market.record.customers`)."""
SUBSIDY_BYTES = 12
"""Bytes a shopper for what it bought of the focal brand and got for it, in the baseline and in the arm at hand."""

LOT_BYTES = 24
"""Bytes a shopper while panelists are drawn and categories counted."""

PURCHASE_BYTES = 100
"""Bytes a purchase of a panelist: as it is recorded, and as a table while it is written."""

WEEK_BYTES = 112
"""Bytes of one small array: a measure of one week, beside its values."""

PROGRAM_BYTES = 0.4e9
"""Bytes of the program and its libraries."""


def refuse_too_large(scenario: Scenario, behaviours: Mapping[str, Behaviour] | None, threads: int) -> None:
    """Refuse a scenario that would run out of memory; where nobody says how much is free, nothing is refused.

    Raises
    ------
    UsageError
        With what is needed, what is free, and what would fit.
    """
    free = free_bytes()
    if free is None:
        return
    kept = PROGRAM_BYTES + result_bytes(scenario)
    market = shopper_bytes(scenario, behaviours) * scenario.shoppers
    most = max(scenario.replicates, MOST_SEEDS if any(a.cost_matched_to for a in scenario.arms.values()) else 1)
    side_by_side = min(threads, most)
    if kept + market * side_by_side <= free:
        return
    if kept > free:
        raise UsageError(
            f"record.panel {scenario.record.panel:,}, {scenario.replicates:,} replicates of {len(scenario.arms)} arms: "
            f"{_size(kept)} of results are more than the {_size(free)} of memory that are free; ask for less"
        )
    hint = ", or --threads 1" if kept + market <= free and side_by_side > 1 else ""
    fits = int((free - kept) / market * scenario.shoppers / side_by_side)
    raise UsageError(
        f"shoppers {scenario.shoppers:,}: on {side_by_side} thread{'s' * (side_by_side > 1)} they need about "
        f"{_size(kept + market * side_by_side)} of memory, {_size(free)} are free; must be at most {fits:,}{hint}"
    )


def shopper_bytes(scenario: Scenario, behaviours: Mapping[str, Behaviour] | None = None) -> float:
    """Return the bytes a shopper that one replicate takes at its peak: two forks, at the end of the window."""
    spec: MarketSpec = scenario.market
    started = set().union(*(brands_starting_schemes(arm.interventions) for arm in scenario.arms.values()))
    sizes = {"B": len(spec.brands), "S": len(brands_with_schemes(spec, started)), "4": 4}
    everything = (discover() if behaviours is None else behaviours).values()
    fields = {f.name: f for f in (*SHOPPERS, *(f for b in everything for f in b.state))}.values()
    size = {f.name: np.dtype(f.dtype).itemsize * np.prod([sizes.get(axis, 1) for axis in f.axes]) for f in fields}
    ties = 0 if spec.network.kind == "none" else min(spec.network.ties, spec.shoppers - 1)
    forked = sum(float(size[f.name]) for f in fields if not f.fixed)
    kept = forked  # the baseline as it was at the last poll
    grown = float(sum(size.values())) + forked + kept + 8 + 4 * ties
    return grown + WINDOW_BYTES * sizes["B"] + CUSTOMER_BYTES + LOT_BYTES + SUBSIDY_BYTES


def result_bytes(scenario: Scenario) -> float:
    """Return the bytes that the results of all arms and replicates take."""
    weeks = scenario.weeks + scenario.run_off_weeks
    bought = min(scenario.record.panel, scenario.shoppers) * weeks * scenario.category.purchase_rate
    weekly = len(MEASURES) * weeks * (WEEK_BYTES + 8 * len(scenario.brands))
    return scenario.replicates * len(scenario.arms) * (bought * PURCHASE_BYTES + weekly)


def free_bytes() -> float | None:
    """Return how much memory is free, or all there is where the system says no more; None if it says nothing."""
    found = []
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        found += [1024.0 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
        limit = Path("/sys/fs/cgroup/memory.max").read_text("ascii").strip()
        found += [float(limit)] if limit.isdecimal() else []
    except (OSError, ValueError, IndexError):
        pass
    if not found and hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found = [float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")]
    return min(found, default=None)


def _size(size: float) -> str:
    return f"{size / 1e9:,.1f} GB"
