"""How costs were matched, as a result tells it: intensities found, and costs on calibration seeds and on fresh ones."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.experiments.compare import interval
from sim.experiments.result import Result
from sim.experiments.tables import number, signed, table
from sim.scenario.scales import SPEND

MATCHING = "matching"
"""Where a result keeps it, in `extra`."""


@dataclass(frozen=True)
class Matched:
    """How one arm was matched.

    Attributes
    ----------
    arm, to
        The arm, and the arm or budget that it was matched to.
    target
        What it should cost.
    intensity
        Path to the factor by which what stands there was scaled.
    value
        Path to the number that it came to; money a week for spend.
    cost, error
        Mean cost on the calibration seeds, and its standard error.
    seeds
        Number of calibration seeds; none where the cost is known without trials.
    """

    arm: str
    to: str
    target: float
    intensity: dict[str, float]
    value: dict[str, float]
    cost: float
    error: float
    seeds: int


def matching_rows(found: Iterable[Matched]) -> list[dict[str, Any]]:
    """Return how arms were matched, as plain values that a result can keep."""
    return [
        {
            "arm": one.arm, "matched_to": one.to, "intensity": dict(one.intensity), "value": dict(one.value),
            "target": one.target, "calibration_cost": one.cost, "calibration_error": one.error,
            "calibration_seeds": one.seeds,
        }
        for one in found
    ]  # fmt: skip


def matching(result: Result) -> list[dict[str, Any]]:
    """Return a row for each matched arm: intensity, target, cost on calibration seeds and on those of the run.

    `deviation` is how far the mean cost on the run's own seeds is off the target, as a share of it, with a 95 %
    interval from `low` to `high`; without limits where there is a single replicate.
    """
    rows = []
    for row in result.extra.get(MATCHING, ()):
        paid = sum(costs[result.arms.keys.index(row["arm"])] for costs in result.costs.values())
        off, low, high = interval(paid / row["target"] - 1.0)
        limits = {name: end if math.isfinite(end) else None for name, end in (("low", low), ("high", high))}
        rows.append({**row, "cost": float(paid.mean()), "deviation": off, **limits})
    return rows


def matching_text(result: Result) -> list[str]:
    """Return a table of matched arms with what it means; nothing if no arm was matched."""
    rows = matching(result)
    if not rows:
        return []
    targets = dict.fromkeys((row["matched_to"], row["target"]) for row in rows)
    one = len(targets) == 1
    told = [
        {
            "arm": row["arm"],
            "scaled to": _intensity(row).replace(", ", "\n"),
            **({} if one else {"matched to": f"{row['matched_to']} {number(row['target'])}"}),
            "on calibration\nseeds": row["calibration_cost"],
            "in this\nrun": row["cost"],
            "off target": _off_target(row),
        }
        for row in rows
    ]
    seeds = max(row["calibration_seeds"] for row in rows)
    worst = max(row["calibration_error"] / row["target"] for row in rows)
    how = "What money on levers costs is known, so no trial was needed"
    if seeds:
        how = (
            f"Scaled on up to {seeds} calibration seeds, apart from those of this run; standard error there {worst:.1%}"
        )
        how = f"{how.replace('%', ' %')} or less"
    goal = f" to {rows[0]['matched_to']}, {number(rows[0]['target'])}" if one else ""
    chance = "x: by how much what the file adds or changes is multiplied. In square brackets: may be chance"
    return [f"Cost of matched arms{goal}\n{how}.\n{chance}.\n{table(told)}"]


def matching_sentences(result: Result) -> list[str]:
    """Return a sentence for each matched arm."""
    return [
        f"{row['arm']} ({_intensity(row)}) costs {row['cost']:,.2f} in this run and {row['calibration_cost']:,.2f} on "
        f"the calibration seeds; it is matched to {row['matched_to']}, at {row['target']:,.2f} "
        f"({row['deviation']:+.1%})"
        for row in matching(result)
    ]


def _off_target(row: Mapping[str, Any]) -> str:
    """Write how far an arm's cost is off its target, in per cent, with half its interval."""
    off, low, high = (math.nan if row[name] is None else row[name] for name in ("deviation", "low", "high"))
    text = f"{signed(off, 'share').removesuffix(' pt')}"
    if math.isnan(low) or high - low < 0.0001:  # known without trials, such as money on levers
        return f"{text} %"
    return f"{f'[{text}]' if low < 0.0 < high else text} ±{100 * (high - off):.2f} %"


def _intensity(row: Mapping[str, Any]) -> str:
    """Say what was scaled by which factor, and what it came to."""
    return ", ".join(
        f"{path} = {number(row['value'][path])}{' a week' * (path == SPEND)} (x {number(factor)})"
        for path, factor in row["intensity"].items()
    )
