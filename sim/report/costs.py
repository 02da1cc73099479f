"""What each arm costs the focal brand beyond the baseline, by component."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.experiments.result import Result
from sim.experiments.store_words import label_of_arm, label_of_brand, short_number, words_for
from sim.report.bands import band
from sim.report.sayings import source
from sim.report.style import COST_COLOURS, INK, RULE, SMALL, Heading, Key, new_figure, styled, wrap, zero_line

Money = NDArray[np.float64]

_BAR = 0.5  # inches an arm
_AXIS = 0.55
_KEY_COLUMNS = 3
_LABELS = 2.1


def has_costs(result: Result) -> bool:
    """Tell whether any arm costs anything; without it there is nothing to draw."""
    return any(bool(np.any(np.nan_to_num(values))) for values in result.costs.values())


def draw_costs(result: Result) -> Figure:
    """Draw the mean cost of each arm as a bar of its components; what saves money goes to the left of zero.

    The number at the end and the black dot are the sum; the line through the dot is its 95 % interval.
    """
    assert has_costs(result)
    means = {name: np.nan_to_num(values.mean(axis=1)) for name, values in result.costs.items()}  # (arms,)
    parts = {name: values for name, values in means.items() if np.any(values)}
    shown = [at for at in range(len(result.arms.keys)) if at > 0 or any(values[0] for values in parts.values())]
    brand = label_of_brand(result, result.focal)
    heading = Heading(
        f"What each arm costs {brand} beyond the baseline",
        "Spending, rewards and price reductions in all; cost of goods and sales won or lost are not in it",
        source(result, *(["black: the sum"] if result.replicates > 1 else []), "money in the scenario's own unit"),
    )
    key = Key([sample_of_part(result, name) for name in parts], min(_KEY_COLUMNS, len(parts)))
    with styled():
        figure = new_figure(heading, _BAR * len(shown) + _AXIS, key)
        axes = figure.subplots()
        _draw_sums(axes, result, shown, _draw_bars(axes, result, parts, shown))
        labels = [wrap(label_of_arm(result, result.arms.keys[at]), _LABELS, SMALL) for at in shown]
        axes.set_yticks(range(len(shown)), labels)
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.set_xlabel("Money, discounted to week 0")
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(lambda value, _: short_number(value, trimmed=True))
    return figure


def sample_of_part(result: Result, part: str) -> Patch:
    """Return a sample of how a component of cost is drawn, with its name."""
    colour, stripes = look_of_part(result, part)
    return Patch(label=words_for(part), facecolor=colour, hatch=stripes, edgecolor="white", linewidth=0.5)


def look_of_part(result: Result, part: str) -> tuple[str, str]:
    """Return how a component of cost is filled: a colour each, and stripes once the colours are used up."""
    at = list(result.costs).index(part)
    return COST_COLOURS[at % len(COST_COLOURS)], "////" if at >= len(COST_COLOURS) else ""


def _draw_bars(axes: Axes, result: Result, parts: dict[str, Money], shown: list[int]) -> Money:
    """Stack costs to the right of zero and savings to the left; return where each bar ends on the right."""
    ends = {1.0: np.zeros(len(shown)), -1.0: np.zeros(len(shown))}
    for name, values in parts.items():
        for sign, end in ends.items():
            length = np.maximum(sign * values[shown], 0.0)
            colour, stripes = look_of_part(result, name)
            axes.barh(
                range(len(shown)), sign * length, left=sign * end, height=0.6, edgecolor="white", linewidth=0.5,
                facecolor=colour, hatch=stripes,
            )  # fmt: skip
            ends[sign] = end + length
    zero_line(axes, upright=True)
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return ends[1.0]


def _draw_sums(axes: Axes, result: Result, shown: list[int], ends: Money) -> None:
    """Mark the interval of each arm's sum, and write the sum to the right of its bar."""
    sums = sum(result.costs.values())
    assert isinstance(sums, np.ndarray)
    total = band(sums.T)
    for y, at in enumerate(shown):
        right = float(ends[y])
        if np.isfinite(total.low[at]):
            axes.plot([total.low[at], total.high[at]], [y, y], color=INK, linewidth=1.2)
            axes.plot([total.mean[at]], [y], "o", color=INK, markersize=3.5)
            right = max(right, float(total.high[at]))
        axes.annotate(
            short_number(float(total.mean[at])), (right, y), xytext=(5, 0), textcoords="offset points", va="center",
            size=SMALL,
        )  # fmt: skip
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.12 * (high - low))
