"""What each arm changes for the focal brand: a dot with its interval for each metric, grouped by unit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.experiments.result import METRICS, Difference, Result
from sim.experiments.store_words import label_of_arm, label_of_brand, reference_arm, short_number, words_for
from sim.report.sayings import compared_weeks, hollow, source
from sim.report.style import FAINT, RULE, SMALL, WIDTH, Heading, Key, colours_of, new_figure, styled, wrap, zero_line

_RELATIVE = ("revenue", "contribution", "purchase_frequency", "customer_value")
_UNITS = {
    "points": "percentage points",
    "percent": "% of {reference}",
    "money/week": "money a week",
    "purchases": "purchases",
    "stars": "stars",
    "sd": "standard deviations",
    "shoppers": "shoppers",
    "money": "money",
    "money/customer": "money a customer",
}
_LARGE = ("money/week", "shoppers", "money")
_DOT, _DENSE_DOT = 0.15, 0.085  # inches between the dots of one metric: of a few arms, of many
_FEW = 3
_ROW, _DENSE_ROW = 0.17, 0.12  # inches between metrics
_AXIS = 0.5  # inches for the axis of each group
_KEY_COLUMNS = 3
_LABELS = 1.9
_EDGE = 0.05  # of what a panel shows, on either side
_OF_SCHEMES = ("members", "points_liability")  # of many arms left out: they tell apart who has a scheme, and no more


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

    Shares go in percentage points; money and purchases in per cent of the reference, unless that is so small
    that per cent would mislead; the rest in its own unit. A metric that is zero in all arms is left out.
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
        elif metric in _RELATIVE and base > max(abs(one.difference) for one in dots):
            rows.append(Row(metric, "percent", dots, 100.0 / base))
        else:
            rows.append(Row(metric, unit, dots, 1.0))
    return rows


def draw_differences(result: Result, differences: Sequence[Difference]) -> Figure:
    """Draw the differences of all arms to the reference for the focal brand, with paired 95 % intervals.

    One panel a unit, each as wide as its own differences need; a hollow dot has zero within its interval.
    """
    rows = rows_of(result, differences)
    assert rows
    reference = reference_arm(result, differences)
    arms = [arm for arm in result.arms.keys if any(one.arm == arm for row in rows for one in row.dots)]
    many = len(arms) > _FEW
    rows = [row for row in rows if not many or row.metric not in _OF_SCHEMES] or rows
    groups = {unit: [row for row in rows if row.unit == unit] for unit in _UNITS}
    groups = {unit: members for unit, members in groups.items() if members}
    against, brand = label_of_arm(result, reference), label_of_brand(result, result.focal)
    heading = Heading(
        f"What each arm changes for {brand}",
        f"Difference to “{against}”, {compared_weeks(result)}",
        source(result, *hollow(result), *(["members and points held are in summary.csv"] if many else [])),
    )
    dot, gap = (_DENSE_DOT, _DENSE_ROW) if many else (_DOT, _ROW)
    heights = [len(members) * (gap + dot * len(arms)) for members in groups.values()]
    colours = colours_of(result.arms.keys, reference)
    with styled():
        key = Key([_sample(label_of_arm(result, arm), colours[arm]) for arm in arms], min(_KEY_COLUMNS, len(arms)))
        figure = new_figure(heading, sum(heights) + _AXIS * len(groups), key)
        panels = figure.subplots(len(groups), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axes, (unit, members) in zip(panels, groups.items(), strict=True):
            _draw_group(axes, members, arms, colours, gap / dot)
            left, right = (max(row.reach[side] for row in members) for side in (0, 1))
            edge = _EDGE * (left + right) or 1.0
            axes.set_xlim(-left - edge, right + edge)
            _name_unit(axes, unit, _UNITS[unit].format(reference=f"“{against}”"))
    return figure


def _sample(label: str, colour: str) -> Line2D:
    text = wrap(label, WIDTH / _KEY_COLUMNS - 0.6, SMALL)
    return Line2D([], [], color=colour, marker="o", markersize=5, linewidth=1.4, label=text)


def _name_unit(axes: Axes, unit: str, words: str) -> None:
    """Write the unit to the left of the numbers on the axis, which takes no room of its own."""
    axes.annotate(
        wrap(words, _LABELS - 0.2, SMALL, most=2), (0.0, 0.0), xytext=(-22.0, -5.0), xycoords="axes fraction",
        textcoords="offset points", ha="right", va="top", size=SMALL, color=FAINT,
    )  # fmt: skip
    if unit in _LARGE:
        axes.xaxis.set_major_formatter(lambda value, _: short_number(value, trimmed=True))


def _draw_group(axes: Axes, rows: Sequence[Row], arms: Sequence[str], colours: dict[str, str], gap: float) -> None:
    """Draw the metrics of one unit, the first on top; dots of a metric go by arm, then comes a gap."""
    pitch = gap + len(arms)  # height of a metric, in dots
    for at, row in enumerate(rows):
        for one in row.dots:
            y = at * pitch + arms.index(one.arm) - (len(arms) - 1) / 2
            _draw_dot(axes, one, row.scale, y, colours[one.arm])
        if at:
            axes.axhline((at - 0.5) * pitch, color=RULE, linewidth=0.6)
    zero_line(axes, upright=True)
    axes.set_yticks(
        [at * pitch for at in range(len(rows))], [wrap(words_for(row.metric), _LABELS, SMALL) for row in rows]
    )
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
