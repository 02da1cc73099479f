"""The funnel of the focal brand by arm: who knows it, and at how many visits it comes to mind, is bought, pleases."""

from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim.experiments.result import Result
from sim.experiments.store_words import fixed_number, label_of_arm, label_of_brand
from sim.report.arm_panels import Rows, draw_panels, write_number
from sim.report.sayings import compared_weeks, source
from sim.report.style import INK, Heading, Key, colours_of

STAGES = {
    "known": "Known (of all shoppers)",
    "considered": "Considered",
    "contacted": "Contacted",
    "completed": "Purchase completed",
    "bought": "Bought",
    "satisfied": "Satisfied with it",
    "again": "Bought again soon",
    "recommended": "Would recommend it",
}
"""Stages in their order, with what they are called; those that were not measured are left out."""

_NUMBER = 0.6  # share of an axis that a number takes beside its bar


def has_funnel(result: Result) -> bool:
    """Tell whether there is a funnel to draw."""
    return bool(_shown(result))


def draw_funnel(result: Result) -> Figure:
    """Draw the stages of the focal brand, one below the other, as bars from zero; a tick marks the baseline."""
    why = result.why
    assert why is not None
    shown = _shown(result)
    focal = result.brands.index(result.focal)
    shares = 100.0 * np.array([why.funnel[name][:, :, focal].mean(axis=1) for name in shown])  # (stages, arms)
    reference = result.arms.keys[0]
    many = len(result.arms.keys) > 1
    label = label_of_arm(result, reference)
    heading = Heading(
        f"How far {label_of_brand(result, result.focal)} gets with shoppers",
        f"% of all visits, {compared_weeks(result)}"
        + ("; number: the arm, and in brackets its difference in percentage points" if many else ""),
        source(result, "considered: it comes to mind or is bought", "again soon: within 26 weeks", intervals=False),
    )
    key = Key([Line2D([], [], color=INK, marker="|", markersize=9, markeredgewidth=1.8, linewidth=0, label=label)], 1)
    colours = [colours_of(result.arms.keys, reference)[arm] for arm in result.arms.keys]
    arms = range(1 if many else 0, len(result.arms.keys))
    draw = partial(_draw_arm, shares, colours, many)
    rows = Rows([STAGES[name] for name in shown], [shown.index("bought")] if "bought" in shown else [], "%")
    return draw_panels(result, heading, rows, arms, draw, key if many else None, 3)


def _shown(result: Result) -> list[str]:
    """Return the stages at which the focal brand got anywhere in any arm."""
    if result.why is None:
        return []
    focal = result.brands.index(result.focal)
    found = {name: values[:, :, focal] for name, values in result.why.funnel.items()}
    return [name for name in STAGES if name in found and np.isfinite(found[name]).all() and np.any(found[name])]


def _draw_arm(shares: NDArray[np.float64], colours: list[str], many: bool, axes: Axes, arm: int) -> float:
    high = float(shares.max())
    for y, share in enumerate(shares[:, arm]):
        axes.barh(y, share, height=0.66, color=colours[arm])
        difference = f" ({fixed_number(share - shares[y, 0], 2)})" if many else ""
        if many:
            axes.plot([shares[y, 0]] * 2, [y - 0.4, y + 0.4], color=INK, linewidth=1.8)
        number = fixed_number(float(share), 1, signed=False) + difference
        write_number(axes, number, float(max(share, shares[y, 0] if many else 0.0)), y)
    axes.set_xlim(0.0, high)
    return high * (1.0 + _NUMBER)
