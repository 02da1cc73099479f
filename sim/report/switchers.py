"""Who switched: for each other brand, the shoppers that the focal brand wins from it and loses to it, arm by arm."""

from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.experiments.result import BASELINE, Result
from sim.experiments.store_words import fixed_number, label_of_arm, label_of_brand
from sim.report.arm_panels import Rows, draw_panels, write_number
from sim.report.bands import band
from sim.report.sayings import source
from sim.report.style import GAIN, INK, LOSS, Heading, Key, zero_line

_MOST_BRANDS = 10
_NUMBER = 0.28  # share of an axis that a number takes beside its bar


def has_switchers(result: Result) -> bool:
    """Tell whether anybody prefers the focal brand in one arm and not in another."""
    why = result.why
    return why is not None and why.week is not None and bool(np.any(_flows(result)))


def draw_switchers(result: Result) -> Figure:
    """Draw shoppers won to the right and lost to the left, as shares of all shoppers, and what is left of both.

    Brands go from the largest down by their preference in the baseline, with small ones together and no brand last.
    """
    why = result.why
    assert why is not None
    names, flows = _together(result, _flows(result))
    brand = label_of_brand(result, result.focal)
    heading = Heading(
        f"Who switches to {brand}, and who away from it",
        f"Shoppers whose preferred brand is another than in “{label_of_arm(result, BASELINE)}”, after week {why.week}; "
        "the same shoppers with the same luck in both",
        source(result, "number: won less lost"),
    )
    samples = [
        Patch(color=GAIN, label="won from"),
        Patch(color=LOSS, label="lost to"),
        Line2D([], [], color=INK, marker="o", markersize=3.5, linewidth=1.1, label="won less lost"),
    ]
    means = flows.mean(axis=2)  # (arms, ways, rows)
    nets = [band(arm[0] - arm[1]) for arm in flows]
    lefts = [-means[:, 1].max(), *(net.low[np.isfinite(net.low)].min(initial=0.0) for net in nets)]
    rights = [means[:, 0].max(), *(net.high[np.isfinite(net.high)].max(initial=0.0) for net in nets)]
    draw = partial(_draw_arm, flows, float(min(lefts)), float(max(rights)))
    arms = range(1, len(result.arms.keys))
    return draw_panels(result, heading, Rows(names, [], "% of all shoppers"), arms, draw, Key(samples, 3))


def _flows(result: Result) -> NDArray[np.float64]:
    """Return won and lost shoppers as % of all. Shape (arms, 2, replicates, B + 1), zero for the brand itself."""
    why = result.why
    assert why is not None
    focal = result.brands.index(result.focal)
    flows = np.stack([why.switches[:, :, :, focal], why.switches[:, :, focal, :]], axis=1).astype(np.float64)
    flows[..., focal] = 0.0
    shares: NDArray[np.float64] = 100.0 * flows / why.switches.sum(axis=(2, 3))[:, None, :, None]
    return shares


def _together(result: Result, flows: NDArray[np.float64]) -> tuple[list[str], NDArray[np.float64]]:
    """Put rows in order and the small brands into one; leave out no brand if nobody comes from there or goes there."""
    why = result.why
    assert why is not None
    size = why.switches[0].sum(axis=(0, 2))[:-1]
    others = [b for b in np.argsort(-size, kind="stable") if result.brands[b] != result.focal]
    most = len(others) if len(others) <= _MOST_BRANDS + 1 else _MOST_BRANDS
    shown, small = others[:most], others[most:]
    names = [label_of_brand(result, result.brands[b]) for b in shown]
    columns = [flows[..., b] for b in shown]
    if small:
        names.append(f"{len(small)} smaller brands")
        columns.append(flows[..., small].sum(axis=-1))
    if np.any(flows[..., -1]):
        names.append("No brand")
        columns.append(flows[..., -1])
    return names, np.stack(columns, axis=-1)


def _draw_arm(flows: NDArray[np.float64], low: float, high: float, axes: Axes, arm: int) -> float:
    won, lost = flows[arm].mean(axis=1)
    net = band(flows[arm, 0] - flows[arm, 1])
    rows = range(len(won))
    width = (high - low) or 1.0
    axes.barh(rows, won, height=0.62, color=GAIN)
    axes.barh(rows, -lost, height=0.62, color=LOSS)
    zero_line(axes, upright=True)
    for y in rows:
        if np.isfinite(net.low[y]):
            axes.plot([net.low[y], net.high[y]], [y, y], color=INK, linewidth=1.1, zorder=3)
        axes.plot([net.mean[y]], [y], "o", color=INK, markersize=3.5, zorder=3)
        right = float(max(0.0, won[y], net.high[y] if np.isfinite(net.high[y]) else 0.0))
        write_number(axes, fixed_number(float(net.mean[y]), 2), right, y)
    axes.set_xlim(low - 0.04 * width, high + 0.04 * width)
    return float(high + _NUMBER * width)
