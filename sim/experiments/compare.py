"""The paired what-if: each arm less the baseline, replicate by replicate, with 95 % intervals."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.experiments.result import BASELINE, METRICS, Difference, Result


def interval(values: NDArray[np.float64], level: float = 0.95) -> tuple[float, float, float]:
    """Return mean, low and high of a t interval over replicates; NaN limits from a single one.

    Parameters
    ----------
    values
        One value a replicate, shape (R,); NaN values are left out.
    level
        Confidence level.
    """
    from scipy.stats import t

    kept = values[np.isfinite(values)]
    if len(kept) == 0:
        return float("nan"), float("nan"), float("nan")
    mean = float(kept.mean())
    if len(kept) == 1:
        return mean, float("nan"), float("nan")
    half = float(t.ppf(0.5 + level / 2.0, len(kept) - 1)) * float(kept.std(ddof=1)) / float(np.sqrt(len(kept)))
    return mean, mean - half, mean + half


def differences(result: Result, against: str = BASELINE, metrics: Sequence[str] = tuple(METRICS)) -> list[Difference]:
    """Return the paired differences of every arm, brand and metric against one arm.

    Raises
    ------
    UsageError
        If there is no such arm or metric.
    """
    if against not in result.arms.keys:
        raise UsageError(f"no arm {against!r}; there are {', '.join(result.arms.keys)}")
    unknown = [m for m in metrics if m not in METRICS]
    if unknown:
        raise UsageError(f"no metric {unknown[0]!r}; there are {', '.join(METRICS)}")
    base = result.arms.keys.index(against)
    rows: list[Difference] = []
    for name in metrics:
        values = result.metric(name)  # (arms, replicates, B)
        for a, arm in enumerate(result.arms.keys):
            if a == base:
                continue
            for b, brand in enumerate(result.brands):
                mean, low, high = interval(values[a, :, b] - values[base, :, b])
                rows.append(
                    Difference(arm, brand, name, _mean(values[base, :, b]), _mean(values[a, :, b]), mean, low, high)
                )
    return sorted(rows, key=lambda d: (result.arms.keys.index(d.arm), result.brands.index(d.brand)))


def arm_costs(result: Result) -> list[dict[str, float | str]]:
    """Return the mean cost of each arm beyond the baseline, by component and in all, in discounted money."""
    rows: list[dict[str, float | str]] = []
    for a, arm in enumerate(result.arms.keys):
        parts = {part: float(values[a].mean()) for part, values in result.costs.items()}
        rows.append({"arm": arm, "cost": sum(parts.values()), **parts})
    return rows


def _mean(values: NDArray[np.float64]) -> float:
    kept = values[np.isfinite(values)]
    return float(kept.mean()) if len(kept) else float("nan")
