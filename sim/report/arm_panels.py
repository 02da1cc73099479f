"""Figures of small panels, one an arm, that share their rows and axis: rows named at the left, arms above."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from sim.experiments.result import Result
from sim.experiments.store_words import label_of_arm
from sim.report.style import INK, RULE, SMALL, WIDTH, Heading, Key, new_figure, styled, wrap

_USUAL_COLUMNS = 3
_MOST_COLUMNS = 4
_ROW = 0.24  # inches
_AXIS = 0.55
_TITLE_LINE = 0.17
_LABELS = 2.0

Draw = Callable[[Axes, int], float]
"""Draws the arm of one row number of the arms, rows going down from 0; returns where its numbers end on the right."""


@dataclass(frozen=True)
class Rows:
    """The rows that all panels share: their names, those in bold, and what the axis measures."""

    names: Sequence[str]
    bold: Sequence[int]
    axis: str


def draw_panels(
    result: Result, heading: Heading, rows: Rows, arms: Sequence[int], draw: Draw, key: Key | None = None,
    most: int = _MOST_COLUMNS,
) -> Figure:  # fmt: skip
    """Draw a panel for each of some arms, by their row numbers; all have the same axis, wide enough for all numbers.

    With `most` panels side by side.
    """
    columns = _columns(len(arms), most)
    lines = ceil(len(arms) / columns)
    width = (WIDTH - _LABELS - 0.6) / columns
    titles = [wrap(label_of_arm(result, result.arms.keys[a]), width - 0.15, SMALL, bold=True, most=4) for a in arms]
    most = max(title.count("\n") + 1 for title in titles)
    with styled():
        figure = new_figure(heading, lines * (_ROW * len(rows.names) + _AXIS + _TITLE_LINE * most), key)
        panels = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
        ends = []
        for axes, a, title in zip(panels.flat, arms, titles, strict=False):
            ends.append(draw(axes, a))
            axes.set_title(title, loc="left", size=SMALL, weight="bold", color=INK)
            _dress(axes)
        low, high = panels.flat[0].get_xlim()
        room = (max(high, *ends) - high) * max(1.0, columns / _USUAL_COLUMNS)
        panels.flat[0].set_xlim(low, high + room)
        for first in panels[:, 0]:
            first.set_yticks(range(len(rows.names)), [wrap(name, _LABELS, SMALL, most=1) for name in rows.names])
            first.set_ylim(len(rows.names) - 0.5, -0.5)
            for at in rows.bold:
                first.get_yticklabels()[at].set_fontweight("bold")
        for at, axes in enumerate(panels.flat):
            if at >= len(arms):
                axes.set_visible(False)
                panels.flat[at - columns].tick_params(labelbottom=True)
            if at < len(arms) <= at + columns:
                axes.set_xlabel(rows.axis, size=SMALL)
    return figure


def _columns(arms: int, most: int) -> int:
    """Return how many panels stand side by side: few lines, and if it can be none with a single panel."""
    if arms <= _USUAL_COLUMNS:
        return arms
    if arms == 4:
        return 2
    return most if arms > 2 * _USUAL_COLUMNS else _USUAL_COLUMNS


def write_number(axes: Axes, text: str, right: float, row: float, *, bold: bool = False) -> None:
    """Write a number to the right of what a row shows, with a white rim, so that lines behind it leave it readable."""
    axes.annotate(
        text, (right, row), xytext=(4, 0), textcoords="offset points", va="center", size=SMALL,
        weight="bold" if bold else "normal", path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip


def _dress(axes: Axes) -> None:
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], min_n_ticks=3))
