"""Preference share of the focal brand over the weeks: its level in each arm, and the difference to the reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.experiments.result import Difference, Result
from sim.experiments.store_words import label_of_arm, label_of_brand, reference_arm
from sim.report.bands import Band, band
from sim.report.end_labels import EndLabel, add_end_labels
from sim.report.run_off import run_off_weeks, shade_run_off
from sim.report.sayings import headline, source
from sim.report.style import ARM_COLOURS, FAINT, RULE, SMALL, Heading, colours_of, new_figure, styled, zero_line

MEASURE = "preference_share"
_MOST_DOTS = 60
_MOST_BANDS = 4  # of levels, which lie on each other: arms share their chance
_PANEL = 2.3  # inches
_ROOM = 0.09  # of the panel, above and below the lines, for what is written there
_LABEL = 0.31  # inches for each end label, so that they fit beside the panel


@dataclass(frozen=True)
class _Lines:
    """One panel: a band for each arm over the polled weeks, in per cent or percentage points."""

    weeks: NDArray[np.int64]
    bands: Mapping[str, Band]
    labels: Mapping[str, str]
    colours: Mapping[str, str]


def was_polled(result: Result) -> bool:
    """Tell whether preference was measured at all; without it there is nothing to draw."""
    return MEASURE in result.weekly and bool(np.isfinite(_focal(result)).any())


def draw_preference(result: Result, differences: Sequence[Difference]) -> Figure:
    """Draw the preference share of the focal brand by arm, above the paired differences to the reference arm.

    Bands are 95 % intervals over replicates; in the lower panel of the replicates' own differences, which are much
    narrower, since arms share their chance. Of many arms the levels have none, where they would only hide the lines.

    Parameters
    ----------
    result
        Must have been polled, see `was_polled`.
    differences
        From which the heading takes the finding.
    """
    assert was_polled(result)
    reference = reference_arm(result, differences)
    others = [arm for arm in result.arms.keys if arm != reference]
    brand = label_of_brand(result, result.focal)
    heading = Heading(
        headline(result, differences, MEASURE, "preference share"),
        result.question or f"Share of shoppers who prefer {brand}, by arm",
        source(
            result, *(["run-off: joining, accrual and extra spending have stopped"] if run_off_weeks(result) else [])
        ),
    )
    rows = 2 if others else 1
    height = max(_PANEL, _LABEL * len(result.arms.keys))
    with styled():
        figure = new_figure(heading, rows * height + 0.5)
        panels = figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0]
        panels[0].set_title(f"Shoppers who prefer {brand}", loc="left")
        panels[0].set_ylabel("% of shoppers")
        labels = [_draw(panels[0], _levels(result, reference), bands=len(result.arms.keys) <= _MOST_BANDS)]
        if others:
            panels[1].set_title(f"Difference to “{label_of_arm(result, reference)}”", loc="left")
            panels[1].set_ylabel("percentage points")
            zero_line(panels[1], upright=False)
            labels.append(_draw(panels[1], _differences(result, reference)))
        panels[-1].set_xlabel("Weeks after the burn-in")
        for axes, ends in zip(panels, labels, strict=True):
            _mark_weeks(axes, result)
            add_end_labels(figure, axes, ends)
    return figure


def _focal(result: Result) -> NDArray[np.float64]:
    """Return the focal brand's preference share. Shape (arms, replicates, W)."""
    return result.weekly[MEASURE][..., result.brands.index(result.focal)]


def _levels(result: Result, reference: str) -> _Lines:
    values = 100.0 * _focal(result)
    polled = np.isfinite(values).any(axis=(0, 1))
    arms = result.arms.keys
    return _Lines(
        weeks=result.weeks[polled],
        bands={arm: band(values[at][:, polled]) for at, arm in enumerate(arms)},
        labels={arm: label_of_arm(result, arm) for arm in arms},
        colours=colours_of(arms, reference),
    )


def _differences(result: Result, reference: str) -> _Lines:
    """Return the differences to the reference, paired by replicate."""
    values = 100.0 * _focal(result)
    values = values - values[result.arms.keys.index(reference)]
    polled = np.isfinite(values).any(axis=(0, 1))
    bands = {arm: band(values[at][:, polled]) for at, arm in enumerate(result.arms.keys) if arm != reference}
    return _Lines(
        weeks=result.weeks[polled],
        bands=bands,
        labels={arm: label_of_arm(result, arm) for arm in bands},
        colours=colours_of(result.arms.keys, reference),
    )


def _draw(axes: Axes, lines: _Lines, *, bands: bool = True) -> list[EndLabel]:
    """Draw a panel and return what is to be written at the ends of its lines."""
    dots = "o" if len(lines.weeks) <= _MOST_DOTS else ""
    ends = []
    for at, (arm, each) in enumerate(lines.bands.items()):
        colour = lines.colours[arm]
        if bands:
            axes.fill_between(lines.weeks, each.low, each.high, color=colour, alpha=0.14, linewidth=0, zorder=2)
        style = "--" if at > len(ARM_COLOURS) else "-"
        axes.plot(lines.weeks, each.mean, style, marker=dots, markersize=2.5, color=colour, linewidth=1.6, zorder=3)
        known = np.flatnonzero(np.isfinite(each.mean))
        if len(known):
            ends.append(EndLabel(lines.labels[arm], colour, float(lines.weeks[known[-1]]), float(each.mean[known[-1]])))
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    return ends


def _mark_weeks(axes: Axes, result: Result) -> None:
    """Shade the run-off, underline the weeks over which metrics are compared, and settle the limits."""
    first, last = int(result.weeks[0]), int(result.weeks[-1])
    axes.set_xlim(first, last + 1)
    low, high = axes.get_ylim()
    axes.set_ylim(low - _ROOM * (high - low), high + _ROOM * (high - low))
    across = axes.get_xaxis_transform()
    shade_run_off(axes, result)
    begin, end = result.compared_weeks
    axes.plot([begin, end], [0.012, 0.012], transform=across, color=FAINT, linewidth=2.5, solid_capstyle="butt")
    axes.text((begin + end) / 2, 0.03, "compared", transform=across, size=SMALL, color=FAINT, ha="center", va="bottom")
