"""Where each arm's money went and what came back: its cost by component, what it gained, and what is left."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.experiments.money import money_of, per_replicate
from sim.experiments.result import BASELINE, Result
from sim.experiments.store_words import fixed_number, label_of_arm, label_of_brand, short_number
from sim.report.costs import look_of_part, sample_of_part
from sim.report.sayings import source
from sim.report.style import GAIN_COLOUR, INK, RULE, SMALL, Heading, Key, new_figure, styled, wrap, zero_line

_BAR = 0.55  # inches an arm
_AXIS = 0.55
_KEY_COLUMNS = 3
_LABELS = 2.1
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}  # so that no line of the grid runs through letters
_EDGE = 0.03  # of the width, to the left of the bars
_ROOM = 0.3  # of the width, to the right of the bars, for what is left and the return


def has_money(result: Result) -> bool:
    """Tell whether any arm costs or gains anything beyond the baseline; without it there is nothing to draw."""
    values = per_replicate(result) if len(result.weeks) else {}
    return len(values) > 0 and any(bool(np.any(np.nan_to_num(values[name]))) for name in ("cost", "net_gain"))


def draw_money(result: Result) -> Figure:
    """Draw each arm's cost to the left of zero and its gain to the right; the dot is what is left, with its interval.

    A component that saves money lies to the right, beyond the gain, and a gain below zero to the left, beyond the
    cost: what is left is always right less left.
    """
    assert has_money(result)
    shown = [at for at, arm in enumerate(result.arms.keys) if arm != BASELINE]
    parts = {name: np.nan_to_num(values.mean(axis=1))[shown] for name, values in result.costs.items()}
    parts = {name: values for name, values in parts.items() if np.any(values)}
    heading = Heading(
        _finding(result),
        f"Money of {label_of_brand(result, result.focal)}: to the left what an arm costs beyond the baseline, to the "
        f"right what it gained in contribution before that cost; over "
        f"all {len(result.weeks)} weeks, expected cost of points held at the end taken off",
        source(result, "return: net gain per unit of cost", "money in the scenario's own unit"),
    )
    net = Line2D([], [], color=INK, marker="o", markersize=4, linewidth=1.2, label="What is left: net gain")
    samples = [
        *(sample_of_part(result, name) for name in parts),
        Patch(facecolor=GAIN_COLOUR, edgecolor="white", label="Gain before cost"),
        net,
    ]
    with styled():
        figure = new_figure(heading, _BAR * len(shown) + _AXIS, Key(samples, min(_KEY_COLUMNS, len(samples))))
        axes = figure.subplots()
        _draw_bars(axes, result, parts, per_replicate(result)["gain"].mean(axis=1)[shown])
        _draw_net(axes, result, shown)
        labels = [wrap(label_of_arm(result, result.arms.keys[at]), _LABELS, SMALL) for at in shown]
        axes.set_yticks(range(len(shown)), labels)
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.set_xlabel("Money, discounted to week 0")
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(lambda value, _: short_number(abs(value), trimmed=True))
    return figure


def _finding(result: Result) -> str:
    """Say which arms earn more than they cost, and no more than the intervals allow."""
    net = {row.arm: row for row in money_of(result) if row.quantity == "net_gain"}
    sure = result.replicates > 1
    earn = [arm for arm, row in net.items() if (row.low if sure else row.value) > 0.0]
    beyond = " beyond chance" if sure else " in this single run"
    if len(net) == 1:
        (arm,) = net
        return f"“{label_of_arm(result, arm)}” {'earns' if earn else 'does not earn'} more than it costs{beyond}"
    if not earn:
        return f"No arm earns more than it costs{beyond}"
    if len(earn) == 1:
        return f"Only “{label_of_arm(result, earn[0])}” earns more than it costs{beyond}"
    return f"{len(earn)} of {len(net)} arms earn more than they cost{beyond}"


def _draw_bars(axes: Axes, result: Result, parts: dict[str, NDArray[np.float64]], gain: NDArray[np.float64]) -> None:
    """Stack the gain and savings to the right of zero, costs and a gain below zero to the left."""
    ends = {1.0: np.zeros(len(gain)), -1.0: np.zeros(len(gain))}

    def stack(values: NDArray[np.float64], look: tuple[str, str]) -> None:
        for sign, end in ends.items():
            length = np.maximum(sign * values, 0.0)
            axes.barh(
                range(len(values)), sign * length, left=sign * end, height=0.6, edgecolor="white", linewidth=0.5,
                facecolor=look[0], hatch=look[1],
            )  # fmt: skip
            ends[sign] = end + length

    stack(np.maximum(gain, 0.0), (GAIN_COLOUR, ""))
    for name, values in parts.items():
        stack(-values, look_of_part(result, name))
    stack(np.minimum(gain, 0.0), (GAIN_COLOUR, ""))
    zero_line(axes, upright=True)
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _draw_net(axes: Axes, result: Result, shown: list[int]) -> None:
    """Mark what is left with its interval, and write it with the return to the right of all bars."""
    told = {(row.arm, row.quantity): row for row in money_of(result)}
    for y, at in enumerate(shown):
        net = told[result.arms.keys[at], "net_gain"]
        if np.isfinite(net.low):
            axes.plot([net.low, net.high], [y, y], color="white", linewidth=3.2, solid_capstyle="butt", zorder=3)
            axes.plot([net.low, net.high], [y, y], color=INK, linewidth=1.2, zorder=4)
        axes.plot([net.value], [y], "o", color=INK, markeredgecolor="white", markersize=5, zorder=5)
    low, high = axes.get_xlim()
    span = high - low
    axes.set_xlim(low - _EDGE * span, high + _ROOM * span)
    for y, at in enumerate(shown):
        net, back = (told[result.arms.keys[at], name] for name in ("net_gain", "return"))
        words = f"net {short_number(net.value, signed=True)}\nreturn {fixed_number(back.value, 2)}"
        axes.text(
            0.995, y, words, transform=axes.get_yaxis_transform(), ha="right", va="center", size=SMALL, bbox=_PAPER
        )
