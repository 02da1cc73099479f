"""Names at the ends of lines, moved apart where they would overlap: nobody has to match colours with a legend."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.transforms import ScaledTranslation, Transform
from numpy.typing import NDArray

from sim.report.style import SMALL, ink_of, wrap

_LINE_HEIGHT = 1.2
_GAP = 3.0  # points between two labels
_LEAD = 14.0  # points from the axes to the labels


@dataclass(frozen=True)
class EndLabel:
    """A name, its colour, and where its line ends, in data."""

    text: str
    colour: str
    x: float
    y: float


def add_end_labels(figure: Figure, axes: Axes, labels: Sequence[EndLabel], inches: float = 2.2) -> None:
    """Write labels to the right of the axes, as near to the ends of their lines as they can be without overlap.

    Limits of the axes have to be final. The figure is laid out twice, to know where the ends are.
    """
    known = [label for label in labels if np.isfinite(label.y)]
    if not known:
        return
    texts = [wrap(label.text, inches, SMALL) for label in known]
    beside = axes.transAxes + ScaledTranslation(_LEAD / 72.0, 0.0, figure.dpi_scale_trans)
    notes = [_note(axes, text, label, beside) for text, label in zip(texts, known, strict=True)]
    figure.draw_without_rendering()
    pixels = figure.dpi / 72.0
    wanted = axes.transData.transform([(0.0, label.y) for label in known])[:, 1]
    heights = np.array([(text.count("\n") + 1) * SMALL * _LINE_HEIGHT + _GAP for text in texts]) * pixels
    placed = spread_out(wanted, heights, float(axes.bbox.y0), float(axes.bbox.y1))
    for note, y in zip(notes, (placed - axes.bbox.y0) / axes.bbox.height, strict=True):
        note.set_position((1.0, float(y)))


def _note(axes: Axes, text: str, label: EndLabel, beside: Transform) -> Annotation:
    """Write one label beside the middle of the axes, with a thin line to the end of what it names."""
    line = {"arrowstyle": "-", "color": label.colour, "linewidth": 0.6, "alpha": 0.6, "shrinkA": 1, "shrinkB": 2}
    return axes.annotate(
        text,
        xy=(label.x, label.y),
        xytext=(1.0, 0.5),
        textcoords=beside,
        annotation_clip=False,
        ha="left",
        va="center",
        size=SMALL,
        color=ink_of(label.colour),
        linespacing=1.05,
        arrowprops={**line, "relpos": (0.0, 0.5)},
    )


def spread_out(
    wanted: NDArray[np.float64], heights: NDArray[np.float64], bottom: float, top: float
) -> NDArray[np.float64]:
    """Return centres for boxes that do not overlap and lie as near as possible to where they are wanted.

    Boxes that would overlap are pushed apart around their common middle, then back between bottom and top; if they
    are too many for that, they reach beyond both alike. Order is kept.

    Parameters
    ----------
    wanted, heights
        Centres and heights, shape (labels,).
    bottom, top
        Where the boxes should stay.
    """
    order = np.argsort(wanted, kind="stable")
    groups: list[list[float]] = []  # middle, height, number of boxes: boxes that touch move as one
    for at in order:
        groups.append([float(wanted[at]), float(heights[at]), 1])
        while True:
            groups[-1][0] = _held(groups[-1], bottom, top)
            if len(groups) == 1 or groups[-2][0] + groups[-2][1] / 2 <= groups[-1][0] - groups[-1][1] / 2:
                break
            above, below = groups.pop(), groups.pop()
            number = below[2] + above[2]
            middle = (below[0] * below[2] + above[0] * above[2]) / number
            groups.append([middle, below[1] + above[1], number])
    placed = np.empty(len(wanted))
    boxes = iter(order)
    for middle, height, number in groups:
        edge = middle - height / 2
        for _ in range(int(number)):
            at = next(boxes)
            placed[at] = edge + heights[at] / 2
            edge += heights[at]
    return placed


def _held(group: list[float], bottom: float, top: float) -> float:
    """Return a group's middle such that it lies between bottom and top, or in the middle if it is too high."""
    middle, height = group[0], group[1]
    if height > top - bottom:
        return (bottom + top) / 2
    return min(max(middle, bottom + height / 2), top - height / 2)
