"""What each arm has earned so far, week by week, and when it has paid back."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.experiments.money import Money, money_of, net_gain_so_far
from sim.experiments.result import BASELINE, Result
from sim.experiments.store_words import label_of_arm, label_of_brand, short_number
from sim.report.bands import band
from sim.report.end_labels import EndLabel, add_end_labels
from sim.report.run_off import run_off_weeks, shade_run_off
from sim.report.sayings import source
from sim.report.style import ARM_COLOURS, RULE, Heading, colours_of, new_figure, styled, zero_line

_PANEL = 3.0  # inches
_ROOM = 0.09  # of the panel, above and below the lines
_LABEL = 0.45  # inches for each end label, so that they fit beside the panel


def draw_payback(result: Result) -> Figure:
    """Draw the net gain so far of every arm over the weeks; a dot marks the median week of payback."""
    rows = money_of(result)
    told = {row.arm: row for row in rows if row.quantity == "payback_week"}
    runs = {row.arm: round(row.value * result.replicates) for row in rows if row.quantity == "paid_back"}
    brand = label_of_brand(result, result.focal)
    heading = Heading(
        _finding(result, told) + _how_often(result, runs),
        f"Net gain of {brand} in contribution by the end of each week, beyond the baseline and after the arm's cost; "
        "what points held then are expected to cost is put aside",
        source(
            result, "dot: median week of payback", *_about_the_run_off(result), "money in the scenario's own unit"
        ),
    )  # fmt: skip
    with styled():
        figure = new_figure(heading, max(_PANEL, _LABEL * len(told)) + 0.5)
        axes = figure.subplots()
        axes.set_ylabel("Money, discounted to week 0")
        axes.set_xlabel("Weeks after the burn-in")
        axes.yaxis.set_major_formatter(lambda value, _: short_number(value, trimmed=True))
        zero_line(axes, upright=False)
        ends = _draw(axes, result, told, runs)
        axes.set_xlim(int(result.weeks[0]), int(result.weeks[-1]) + 1)
        low, high = axes.get_ylim()
        axes.set_ylim(low - _ROOM * (high - low), high + _ROOM * (high - low))
        shade_run_off(axes, result)
        add_end_labels(figure, axes, ends)
    return figure


def _about_the_run_off(result: Result) -> list[str]:
    """Say what stops in the run-off, and why the gain of a scheme makes a step there."""
    if not run_off_weeks(result):
        return []
    held = bool(np.any(result.weekly["points_redeemable"][..., result.brands.index(result.focal)]))
    lapse = ", and cards that are not full lapse" if held else ""
    return [f"run-off: joining, accrual and extra spending have stopped{lapse}"]


def _finding(result: Result, told: dict[str, Money]) -> str:
    """Say which arms pay back in the median replicate."""
    weeks = len(result.weeks)
    paid = [arm for arm, row in told.items() if not math.isnan(row.value)]
    if len(told) == 1:
        (arm,) = told
        when = f"pays back from week {told[arm].value:.0f} on" if paid else f"does not pay back within {weeks} weeks"
        return f"“{label_of_arm(result, arm)}” {when}"
    if not paid:
        return f"No arm pays back within {weeks} weeks"
    if len(paid) == 1:
        return f"Only “{label_of_arm(result, paid[0])}” pays back within {weeks} weeks"
    return f"{len(paid)} of {len(told)} arms pay back within {weeks} weeks"


def _how_often(result: Result, runs: dict[str, int]) -> str:
    """Say that not all replicates agree, if so."""
    return " in most replicates" if any(0 < number < result.replicates for number in runs.values()) else ""


def _draw(axes: Axes, result: Result, told: dict[str, Money], runs: dict[str, int]) -> list[EndLabel]:
    """Draw the lines with their bands and dots, and return what is to be written at their ends."""
    so_far, colours = net_gain_so_far(result), colours_of(result.arms.keys, BASELINE)
    ends = []
    for at, arm in enumerate(told):
        colour, week = colours[arm], told[arm].value
        each = band(so_far[result.arms.keys.index(arm)])
        axes.fill_between(result.weeks, each.low, each.high, color=colour, alpha=0.14, linewidth=0, zorder=2)
        style = "--" if at >= len(ARM_COLOURS) else "-"
        axes.plot(result.weeks, each.mean, style, color=colour, linewidth=1.6, zorder=3)
        often = f" ({runs[arm]} of {result.replicates} runs)" if result.replicates > 1 else ""
        when = f"does not pay back{often if runs[arm] else ''}"
        if not math.isnan(week):
            when = f"paid back from week {week:.0f} on{often}"
            there = each.mean[np.searchsorted(result.weeks, week)]
            axes.plot([week], [there], "o", color=colour, markeredgecolor="white", markersize=7, zorder=4)
        label = f"{label_of_arm(result, arm)}: {when}"
        ends.append(EndLabel(label, colour, float(result.weeks[-1]), float(each.mean[-1])))
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    return ends
