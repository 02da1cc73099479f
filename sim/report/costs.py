"""What each arm costs the focal brand beyond the baseline, by component."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.experiments.result import Result
from sim.experiments.store_words import label_of_arm, label_of_brand, short_number, words_for
from sim.report.bands import band
from sim.report.sayings import source
from sim.report.style import COST_COLOURS, INK, RULE, SMALL, Heading, new_figure, styled, wrap, zero_line

_BAR = 0.5  # inches an arm
_AXIS = 0.55
_LEGEND_LINE = 0.2
_LEGEND_COLUMNS = 3
_LABELS = 2.1


def has_costs(result: Result) -> bool:
    """Tell whether any arm costs anything; without it there is nothing to draw."""
    return any(bool(np.any(np.nan_to_num(values))) for values in result.costs.values())


def draw_costs(result: Result) -> Figure:
    """Draw the mean cost of each arm as a bar of its components; what saves money goes to the left of zero.

    The number at the end is the sum; the thin line through it is its 95 % interval over replicates.
    """
    assert has_costs(result)
    means = {name: np.nan_to_num(values.mean(axis=1)) for name, values in result.costs.items()}  # (arms,)
    parts = {name: values for name, values in means.items() if np.any(values)}
    shown = [at for at in range(len(result.arms.keys)) if at > 0 or any(values[0] for values in parts.values())]
    brand = label_of_brand(result, result.focal)
    heading = Heading(
        f"What each arm costs {brand} beyond the baseline",
        "Cost of goods and sales won or lost are not in it; the number is the sum, black line: its interval",
        source(result, "money in the scenario's own unit, discounted to week 0"),
    )
    legend = _LEGEND_LINE * -(-len(parts) // _LEGEND_COLUMNS) + 0.05
    with styled():
        figure = new_figure(heading, _BAR * len(shown) + _AXIS + legend)
        axes = figure.subplots()
        reach = _draw_bars(axes, parts, shown)
        _draw_sums(axes, result, shown, reach)
        labels = [wrap(label_of_arm(result, result.arms.keys[at]), _LABELS, SMALL) for at in shown]
        axes.set_yticks(range(len(shown)), labels)
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.set_xlabel("Money, discounted")
        axes.xaxis.set_major_formatter(lambda value, _: short_number(value))
        handles = [Patch(color=_colour(result, name), label=words_for(name)) for name in parts]
        figure.legend(
            handles=handles, loc="outside upper left", ncols=_LEGEND_COLUMNS, frameon=False, fontsize=SMALL, borderpad=0
        )
    return figure
