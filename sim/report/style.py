"""How every figure looks, in one place: colours, fonts, sizes, heading, source note, and how it is saved."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib.style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.textpath import text_to_path

ARM_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C510A")
"""For arms, told apart with any colour vision: Okabe and Ito (2008) without yellow and black, and a brown."""

REFERENCE_COLOUR = "#555555"
GAIN, LOSS = "#0072B2", "#E69F00"
"""For what is added and what is taken away, told apart with any colour vision and in grey."""

INK = "#222222"
FAINT = "#767676"
RULE = "#D9D9D9"
SHADE = "#F1F1F1"

COST_COLOURS = ("#0072B2", "#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#8C510A", "#F0E442")
"""For components of cost, in their order."""

GAIN_COLOUR = "#BDBDBD"
"""For what came in, beside components of cost: grey, so that no eye takes it for one of them."""

FONT = "DejaVu Sans"
WIDTH = 9.0
"""Width of every figure in inches."""

TITLE, TEXT, SMALL = 13.0, 9.5, 8.5
"""Sizes of letters in points: headings, labels, ticks and notes."""

_LINE = 1.3 / 72.0  # inches of a line of text per point of its size
_MARGIN = 0.15
_DPI = 150

_RC = {
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.labelsize": TEXT,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": TEXT,
    "axes.unicode_minus": True,
    "font.family": FONT,
    "font.size": TEXT,
    "svg.fonttype": "path",
    "svg.hashsalt": "expert-shoppers",
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "xtick.color": FAINT,
    "xtick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.color": FAINT,
    "ytick.labelcolor": INK,
    "ytick.labelsize": SMALL,
}


@dataclass(frozen=True)
class Heading:
    """What stands above and below a figure: its message, what exactly is shown, and where it comes from."""

    title: str
    subtitle: str
    note: str


@dataclass(frozen=True)
class Key:
    """What colours mean: samples with their labels, row by row in so many columns, above the axes."""

    samples: Sequence[Artist]
    columns: int

    @property
    def height(self) -> float:
        """Height in inches."""
        columns = [self.samples[first :: self.columns] for first in range(self.columns)]
        return max(sum(0.05 + _height(str(one.get_label()), SMALL) for one in column) for column in columns) + 0.1


@contextmanager
def styled() -> Iterator[None]:
    """Draw and save in our style, whatever the user's own settings; they are back in force afterwards."""
    with matplotlib.style.context(["default", _RC]):
        yield


def new_figure(heading: Heading, body: float, key: Key | None = None) -> Figure:
    """Return a figure with heading, key and note, and room between them that axes share out among themselves.

    Parameters
    ----------
    heading
        Texts, wrapped as needed.
    body
        Height of that room in inches.
    key
        What colours mean, if that is not written beside what is drawn.
    """
    inside = WIDTH - 2 * _MARGIN
    title = wrap(heading.title, inside, TITLE, bold=True)
    subtitle = wrap(heading.subtitle, inside, TEXT, most=4)
    note = wrap(heading.note, inside, SMALL, most=4)
    head = _MARGIN + _height(title, TITLE) + 0.06 + _height(subtitle, TEXT) + 0.12
    top = head + (key.height if key else 0.0)
    bottom = _MARGIN + _height(note, SMALL) + 0.06
    height = top + body + bottom
    left = _MARGIN / WIDTH
    layout = ConstrainedLayoutEngine(rect=(left, bottom / height, inside / WIDTH, body / height))
    figure = Figure(figsize=(WIDTH, height), dpi=_DPI, facecolor="white", layout=layout)
    FigureCanvasAgg(figure)
    line = 1.0 - _MARGIN / height
    figure.text(left, line, title, size=TITLE, weight="bold", ha="left", va="top", linespacing=1.15)
    line -= (_height(title, TITLE) + 0.06) / height
    figure.text(left, line, subtitle, size=TEXT, ha="left", va="top", linespacing=1.15)
    if key:
        _add_key(figure, key, (left, 1.0 - head / height))
    figure.text(left, _MARGIN / height, note, size=SMALL, color=FAINT, ha="left", va="bottom", linespacing=1.15)
    return figure


def save(figure: Figure, path: Path) -> None:
    """Save a figure as `path`.png and `path`.svg, without dates, such that the same figure gives the same bytes."""
    with styled():
        figure.savefig(f"{path}.png", dpi=_DPI, metadata={"Software": None})
        figure.savefig(f"{path}.svg", metadata={"Date": None, "Creator": None})
    svg = Path(f"{path}.svg")
    svg.write_text(_numbered(svg.read_text("utf-8")), "utf-8", newline="")


def _numbered(svg: str) -> str:
    """Rename clip paths by the order in which they appear: Matplotlib names some after places in memory."""
    names = dict.fromkeys(re.findall(r'<clipPath id="(p[0-9a-f]{10})"', svg))
    for number, name in enumerate(names):
        svg = svg.replace(f'"{name}"', f'"clip{number}"').replace(f"url(#{name})", f"url(#clip{number})")
    return svg


def colours_of(arms: tuple[str, ...], reference: str) -> dict[str, str]:
    """Return a colour for each arm: grey for the one that others are compared with."""
    others = [arm for arm in arms if arm != reference]
    return {reference: REFERENCE_COLOUR} | {arm: ARM_COLOURS[at % len(ARM_COLOURS)] for at, arm in enumerate(others)}


def ink_of(colour: str) -> str:
    """Return a colour dark enough for letters on white: darkened to a contrast of 4.5 to 1 (WCAG 2.1)."""
    red, green, blue = to_rgb(colour)
    while _contrast_to_white(red, green, blue) < 4.5:
        red, green, blue = 0.95 * red, 0.95 * green, 0.95 * blue
    return str(to_hex((red, green, blue)))


def zero_line(axes: Axes, *, upright: bool) -> None:
    """Draw the line of no difference."""
    draw = axes.axvline if upright else axes.axhline
    draw(0.0, color=REFERENCE_COLOUR, linewidth=1.0, zorder=1)


def wrap(text: str, inches: float, size: float, *, bold: bool = False, most: int = 3) -> str:
    """Break a text into lines that are no wider than so many inches; more than `most` lines end in an ellipsis."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if text_width(longer, size, bold) <= inches:
            line = longer
            continue
        lines += [line] if line else []
        *broken, line = _broken(word, inches, size, bold)
        lines += broken
    lines += [line] if line else []
    if len(lines) > most:
        kept = " ".join(lines[most - 1 :])
        while kept and text_width(f"{kept.rstrip()} …", size, bold) > inches:
            kept = kept[:-1]
        lines = [*lines[: most - 1], f"{kept.rstrip()} …"]
    return "\n".join(lines)


@cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of one line of text in inches."""
    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(text, font, False)[0]) / 72.0


def _contrast_to_white(*colour: float) -> float:
    """Return the contrast as WCAG 2.1 defines it, of a colour given as red, green and blue from 0 to 1."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def _add_key(figure: Figure, key: Key, corner: tuple[float, float]) -> None:
    """Write the key by rows; Matplotlib itself fills a legend by columns."""
    by_row = [one for first in range(key.columns) for one in key.samples[first :: key.columns]]
    legend = figure.legend(
        handles=by_row, loc="upper left", bbox_to_anchor=corner, ncols=key.columns, frameon=False, fontsize=SMALL,
        borderpad=0.0, borderaxespad=0.0, handletextpad=0.5, labelspacing=0.4,
    )  # fmt: skip
    legend.set_in_layout(False)


def _broken(word: str, inches: float, size: float, bold: bool) -> list[str]:
    """Cut a word that is wider than a line, wherever the line ends."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, size, bold) > inches:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _height(text: str, size: float) -> float:
    return (text.count("\n") + 1) * size * _LINE if text else 0.0
