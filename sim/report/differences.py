"""What each arm changes for the focal brand: a dot with its interval for each metric, grouped by unit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.experiments.result import METRICS, Difference, Result
from sim.experiments.store_words import label_of_arm, label_of_brand, reference_arm, words_for
from sim.report.sayings import compared_weeks, finding, source
from sim.report.style import RULE, SMALL, WIDTH, Heading, colours_of, new_figure, styled, wrap, zero_line

_RELATIVE = ("revenue", "contribution", "purchase_frequency")
_UNITS = {
    "points": "percentage points",
    "percent": "% of {reference}",
    "money/week": "money a week",
    "purchases": "purchases",
    "stars": "stars",
    "sd": "standard deviations",
    "shoppers": "shoppers",
    "money": "money",
}
_DOT = 0.15  # inches between the dots of one metric
_ROW = 0.17  # inches between metrics
_AXIS = 0.62  # inches for the axis and label of each group
_LEGEND_LINE = 0.19
_LEGEND_COLUMN = 2.8
_LABELS = 1.9


@dataclass(frozen=True)
class Row:
    """One metric: what it is measured in, and the dots of the arms, in the arms' order."""

    metric: str
    unit: str
    dots: tuple[Difference, ...]
    scale: float

    @property
    def reach(self) -> tuple[float, float]:
        """How far dots and intervals go to the left and right of zero, in the row's unit."""
        ends = np.array([(one.difference, one.low, one.high) for one in self.dots]) * self.scale
        ends = ends[np.isfinite(ends)]
        return max(0.0, -float(ends.min(initial=0.0))), max(0.0, float(ends.max(initial=0.0)))


def has_differences(result: Result, differences: Sequence[Difference]) -> bool:
    """Tell whether anything is compared for the focal brand; without it there is nothing to draw."""
    return bool(rows_of(result, differences))


def rows_of(result: Result, differences: Sequence[Difference]) -> list[Row]:
    """Return the metrics in which the focal brand was measured, with the unit in which each can be read.

    Shares go in percentage points; money and purchases in per cent of the reference, unless that is not above zero;
    the rest in its own unit. A metric that is zero in all arms is left out.
    """
    rows = []
    for metric, unit in METRICS.items():
        dots = tuple(
            one
            for one in differences
            if one.brand == result.focal and one.metric == metric and np.isfinite(one.difference)
        )
        if not dots or all(one.value == one.baseline == 0.0 for one in dots):
            continue
        base = dots[0].baseline
        if unit == "share":
            rows.append(Row(metric, "points", dots, 100.0))
        elif metric in _RELATIVE and base > 0.0:
            rows.append(Row(metric, "percent", dots, 100.0 / base))
        else:
            rows.append(Row(metric, unit, dots, 1.0))
    return rows


def draw_differences(result: Result, differences: Sequence[Difference]) -> Figure:
    """Draw the differences of all arms to the reference for the focal brand, with paired 95 % intervals.

    One panel a unit, with zero at the same place in all; a hollow dot has zero within its interval.
    """
    rows = rows_of(result, differences)
    assert rows
    reference = reference_arm(result, differences)
    arms = [arm for arm in result.arms.keys if any(one.arm == arm for row in rows for one in row.dots)]
    groups = {unit: [row for row in rows if row.unit == unit] for unit in _UNITS}
    groups = {unit: members for unit, members in groups.items() if members}
    against, brand = label_of_arm(result, reference), label_of_brand(result, result.focal)
    heading = Heading(
        finding(result, differences, "preference_share", "preference share"),
        f"What else changes for {brand}: difference to “{against}”, {compared_weeks(result)}",
        source(result, "hollow: the interval includes zero"),
    )
    heights = [_AXIS + len(members) * (_ROW + _DOT * len(arms)) for members in groups.values()]
    colours = colours_of(result.arms.keys, reference)
    with styled():
        handles = [_handle(label_of_arm(result, arm), colours[arm]) for arm in arms]
        columns = max(1, min(len(arms), int(WIDTH / _LEGEND_COLUMN)))
        lines = sum(
            max(1 + handle.get_label().count("\n") for handle in handles[at : at + columns])
            for at in range(0, len(handles), columns)
        )
        figure = new_figure(heading, sum(heights) + _LEGEND_LINE * lines + 0.1)
        figure.legend(
            handles=handles, loc="outside upper left", ncols=columns, frameon=False, fontsize=SMALL, borderpad=0.0,
            handletextpad=0.3,
        )  # fmt: skip
        panels = figure.subplots(len(groups), 1, squeeze=False, height_ratios=heights)[:, 0]
        left, right = _extent(rows)
        for axes, (unit, members) in zip(panels, groups.items(), strict=True):
            _draw_group(axes, members, arms, colours)
            scale = max(max(row.reach) for row in members) or 1.0
            axes.set_xlim(-left * scale, right * scale)
            axes.set_xlabel(_UNITS[unit].format(reference=f"“{against}”"))
    return figure


def _handle(label: str, colour: str) -> Line2D:
    text = wrap(label, _LEGEND_COLUMN - 0.4, SMALL)
    return Line2D([], [], color=colour, marker="o", markersize=5, linewidth=1.4, label=text)


def _extent(rows: Sequence[Row]) -> tuple[float, float]:
    """Return how far panels go left and right of zero, as multiples of each panel's longest reach."""
    lefts, rights = [0.0], [0.0]
    for unit in {row.unit for row in rows}:
        reaches = [row.reach for row in rows if row.unit == unit]
        scale = max(max(reach) for reach in reaches) or 1.0
        lefts.append(max(left for left, _ in reaches) / scale)
        rights.append(max(right for _, right in reaches) / scale)
    return max(lefts) + 0.08, max(rights) + 0.08


def _draw_group(axes: Axes, rows: Sequence[Row], arms: Sequence[str], colours: dict[str, str]) -> None:
    """Draw the metrics of one unit, the first on top; dots of a metric go by arm, from top to bottom."""
    pitch = _ROW / _DOT + len(arms)  # height of a metric, in dots
    for at, row in enumerate(rows):
        for one in row.dots:
            y = at * pitch + arms.index(one.arm) - (len(arms) - 1) / 2
            _draw_dot(axes, one, row.scale, y, colours[one.arm])
        if at:
            axes.axhline((at - 0.5) * pitch, color=RULE, linewidth=0.6)
    zero_line(axes, upright=True)
    axes.set_yticks([at * pitch for at in range(len(rows))], [wrap(words_for(row.metric), _LABELS, SMALL) for row in rows])
    axes.set_ylim((len(rows) - 0.5) * pitch, -0.5 * pitch)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)


def _draw_dot(axes: Axes, one: Difference, scale: float, y: float, colour: str) -> None:
    unsure = one.low <= 0.0 <= one.high
    if np.isfinite(one.low) and np.isfinite(one.high):
        axes.plot([one.low * scale, one.high * scale], [y, y], color=colour, linewidth=1.4, zorder=2)
    face = "white" if unsure else colour
    axes.plot(
        [one.difference * scale], [y], "o", color=colour, markerfacecolor=face, markersize=5, markeredgewidth=1.3,
        zorder=3,
    )  # fmt: skip
