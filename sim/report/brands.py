"""Which brands gain and lose market share: one panel an arm, one row a brand, the focal brand in the arm's colour."""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.experiments.result import Difference, Result
from sim.experiments.store_words import label_of_arm, label_of_brand, reference_arm
from sim.report.sayings import compared_weeks, headline, hollow, source
from sim.report.style import INK, RULE, SMALL, WIDTH, Heading, colours_of, new_figure, styled, wrap, zero_line

METRIC = "market_share"
_RIVALS = "#8A8A8A"
_MOST_COLUMNS = 4
_ROW = 0.21  # inches a brand
_AXIS = 0.55
_TITLE_LINE = 0.17
_LABELS = 2.0


def has_brands(differences: Sequence[Difference]) -> bool:
    """Tell whether market shares were compared; without that there is nothing to draw."""
    return any(one.metric == METRIC and np.isfinite(one.difference) for one in differences)


def draw_brands(result: Result, differences: Sequence[Difference]) -> Figure:
    """Draw the difference in market share of every brand by arm, with paired 95 % intervals.

    Brands go from the largest down, as they are in the reference arm.
    """
    assert has_brands(differences)
    found = {(one.arm, one.brand): one for one in differences if one.metric == METRIC}
    reference = reference_arm(result, differences)
    arms = [arm for arm in result.arms.keys if arm != reference]
    brands = sorted(result.brands, key=lambda brand: -_share(found, brand))
    heading = Heading(
        headline(result, differences, METRIC, "market share"),
        f"Which brands gain and lose: difference to “{label_of_arm(result, reference)}”, {compared_weeks(result)}",
        source(result, *hollow(result), "in brackets: share of units in the arm compared with"),
    )
    columns = min(len(arms), _MOST_COLUMNS)
    rows = ceil(len(arms) / columns)
    width = (WIDTH - _LABELS - 0.6) / columns
    titles = [wrap(label_of_arm(result, arm), width - 0.15, SMALL, bold=True, most=4) for arm in arms]
    lines = max(title.count("\n") + 1 for title in titles)
    with styled():
        figure = new_figure(heading, rows * (_ROW * len(brands) + _AXIS + _TITLE_LINE * lines))
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        colours = colours_of(result.arms.keys, reference)
        for axes, arm, title in zip(panels.flat, arms, titles, strict=False):
            _draw_arm(axes, [found.get((arm, brand)) for brand in brands], result.focal, colours[arm])
            axes.set_title(title, loc="left", size=SMALL, weight="bold", color=INK)
        _label_brands(panels[:, 0], result, brands, found)
        _finish_below(panels, len(arms))
    return figure


def _share(found: dict[tuple[str, str], Difference], brand: str) -> float:
    share = next((one.baseline for (_, name), one in found.items() if name == brand), 0.0)
    return share if np.isfinite(share) else 0.0


def _draw_arm(axes: Axes, dots: Sequence[Difference | None], focal: str, colour: str) -> None:
    zero_line(axes, upright=True)
    for y, one in enumerate(dots):
        if one is None:
            continue
        shade = colour if one.brand == focal else _RIVALS
        axes.plot([100 * one.low, 100 * one.high], [y, y], color=shade, linewidth=1.4, zorder=2)
        face = "white" if one.low <= 0.0 <= one.high else shade
        axes.plot([100 * one.difference], [y], "o", color=shade, markerfacecolor=face, markersize=5, zorder=3)
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], min_n_ticks=3))


def _label_brands(
    first: Iterable[Axes], result: Result, brands: Sequence[str], found: dict[tuple[str, str], Difference]
) -> None:
    texts = [
        f"{wrap(label_of_brand(result, brand), _LABELS - 0.5, SMALL, bold=True, most=1)} "
        f"({100 * _share(found, brand):.0f} %)"
        for brand in brands
    ]
    for axes in first:
        axes.set_yticks(range(len(brands)), texts)
        axes.set_ylim(len(brands) - 0.5, -0.5)
        axes.margins(x=0.08)
        axes.get_yticklabels()[list(brands).index(result.focal)].set_fontweight("bold")


def _finish_below(panels: NDArray[Any], shown: int) -> None:
    """Name the axis below the lowest panels; hide panels after the last arm, and number the axes above them."""
    columns = panels.shape[1]
    for at, axes in enumerate(panels.flat):
        if at >= shown:
            axes.set_visible(False)
            panels.flat[at - columns].tick_params(labelbottom=True)
        if at < shown <= at + columns:
            axes.set_xlabel("percentage points", size=SMALL)
