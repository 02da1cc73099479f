"""Why the focal brand's preference moved: a waterfall an arm, behaviour by behaviour, down to the whole change."""

from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.experiments.result import BASELINE, Result, Why
from sim.experiments.store_words import fixed_number, label_of_arm, label_of_brand
from sim.report.arm_panels import Rows, draw_panels, write_number
from sim.report.bands import band
from sim.report.sayings import source
from sim.report.style import GAIN, INK, LOSS, REFERENCE_COLOUR, Heading, Key, zero_line

_NUMBER = 0.3  # share of an axis that a number takes beside its bar
_BAR = 0.62
_NOTHING = 0.005  # percentage points that are written as 0.00


def has_reasons(result: Result) -> bool:
    """Tell whether any behaviour has a part in a change of the focal brand's preference."""
    return bool(_shown(result))


def draw_reasons(result: Result) -> Figure:
    """Draw each behaviour's part in the change of the focal brand's preference share; the last bar is the change.

    Bars begin where the one above ends. Behaviours whose part is nothing to speak of in any arm are
    left out.
    """
    why = result.why
    assert why is not None
    shown = _shown(result)
    parts = 100.0 * why.reasons()[:, :, shown, result.brands.index(result.focal)]  # (arms, replicates, rows)
    brand = label_of_brand(result, result.focal)
    heading = Heading(
        f"Why the preference share of {brand} differs from “{label_of_arm(result, BASELINE)}”",
        f"Part of each behaviour in the difference, after week {why.week}; black: 95 % interval"
        if result.replicates > 1
        else f"Part of each behaviour in the difference, after week {why.week}",
        source(
            result,
            why.method,
            *(["behaviours that round to 0.00 everywhere are left out"] if _left_out(result) else []),
        ),
    )
    key = Key([Patch(color=GAIN, label="adds"), Patch(color=LOSS, label="takes away"),
               Patch(color=REFERENCE_COLOUR, label="in all")], 3)  # fmt: skip
    names = [why.behaviours[t].replace("_", " ").capitalize() for t in shown] + ["In all"]
    low, high = _reach(parts)
    draw = partial(_draw_arm, parts, low, high)
    arms = range(1, len(result.arms.keys))
    return draw_panels(result, heading, Rows(names, [len(shown)], "percentage points"), arms, draw, key)


def _shown(result: Result) -> list[int]:
    """Return the behaviours whose part is not 0.00 percentage points in every arm; all with a part if none has more."""
    why: Why | None = result.why
    if why is None or why.week is None:
        return []
    parts = 100.0 * why.reasons()[..., result.brands.index(result.focal)]  # (arms, replicates, T)
    some = [t for t in range(len(why.behaviours)) if np.any(parts[:, :, t])]
    return [t for t in some if np.any(np.abs(parts[:, :, t].mean(axis=1)) >= _NOTHING)] or some


def _left_out(result: Result) -> bool:
    why = result.why
    assert why is not None
    parts = why.parts[:, :, :, result.brands.index(result.focal)]
    return bool(np.any(np.delete(parts, _shown(result), axis=2)))


def _reach(parts: NDArray[np.float64]) -> tuple[float, float]:
    """Return how far bars and intervals of any arm go to the left and right."""
    ends = [0.0]
    for values in parts[1:]:
        steps, total = band(values), band(values.sum(axis=1)[:, None])
        starts = np.concatenate([[0.0], np.cumsum(steps.mean)])
        ends += [*starts, *(starts[:-1] + steps.low), *(starts[:-1] + steps.high), *total.low, *total.high]
    known = [end for end in ends if np.isfinite(end)]
    return min(known), max(known)


def _draw_arm(parts: NDArray[np.float64], low: float, high: float, axes: Axes, arm: int) -> float:
    steps, total = band(parts[arm]), band(parts[arm].sum(axis=1)[:, None])
    width = (high - low) or 1.0
    start = 0.0
    zero_line(axes, upright=True)
    rows = [*zip(steps.mean, steps.low, steps.high, strict=True), (total.mean[0], total.low[0], total.high[0])]
    for y, (mean, least, most) in enumerate(rows):
        last = y == len(rows) - 1
        begin = 0.0 if last else start
        colour = REFERENCE_COLOUR if last else GAIN if mean >= 0 else LOSS
        axes.barh(y, mean, left=begin, height=_BAR, color=colour)
        if np.isfinite(least):
            axes.plot([begin + least, begin + most], [y, y], color=INK, linewidth=1.1, zorder=3)
        right = max(begin, begin + mean, *([begin + most] if np.isfinite(most) else []))
        write_number(axes, fixed_number(float(mean), 2), right, y, bold=last)
        if not last:
            start += mean
            axes.plot([start, start], [y + _BAR / 2, y + 1 - _BAR / 2], color=REFERENCE_COLOUR, linewidth=0.7)
    axes.set_xlim(low - 0.04 * width, high + 0.04 * width)
    return float(high + _NUMBER * width)
