"""Plain tables for the terminal: aligned columns, no colour, nothing cut."""

import math
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

GAP = "  "
NARROWEST = 16
"""Letters to which a column of texts may be folded where the terminal is narrow."""

_LIKE_A_NUMBER = re.compile(
    r"(-|inf|never|±inf|[+±-]?[\d.,]+( %| pt)?|\[[+-]?[\d.,]+\]|\d+ of \d+)( / (-|inf|[+-]?[\d.,]+))?"
)


def table(rows: Sequence[Mapping[str, object]], columns: Sequence[str] | None = None, width: int | None = None) -> str:
    """Return rows as an aligned table, numbers to the right and with as many decimals as their column needs.

    A line break in a head or a text begins a new line there.

    Parameters
    ----------
    rows
        One mapping a row.
    columns
        Which keys, in order; those of the first row if None.
    width
        Letters a line; long texts are folded to fit. None for as wide as need be.
    """
    if not rows:
        return "(nothing)"
    columns = list(columns or rows[0])
    by_column = [_cells([row.get(name) for row in rows]) for name in columns]
    pieces = [[line for cell in cells for line in cell.split("\n")] for cells in by_column]
    right = [any(line != "-" for line in c) and all(map(_LIKE_A_NUMBER.fullmatch, c)) for c in pieces]
    heads = [name.split("\n") for name in columns]
    widths = [max(map(len, [*head, *lines])) for head, lines in zip(heads, pieces, strict=True)]
    if width is not None:
        _narrow(widths, [_least(name, cells) for name, cells in zip(columns, by_column, strict=True)], width)
    lines = [*_lines(heads, widths, right, below=True), _line(["-" * w for w in widths], widths, right)]
    for cells in zip(*by_column, strict=True):
        lines += _lines([_folded(cell, w) for cell, w in zip(cells, widths, strict=True)], widths, right)
    return "\n".join(lines)


def _folded(cell: str, width: int) -> list[str]:
    """Return the lines of a cell; a line that fits stays as it is, spaces before it included."""
    return [
        part for line in cell.split("\n") for part in ([line] if len(line) <= width else textwrap.wrap(line, width))
    ]


def _lines(
    cells: Sequence[Sequence[str]], widths: Sequence[int], right: Sequence[bool], *, below: bool = False
) -> Iterator[str]:
    """Yield the lines of one row; what has fewer lines stands above or below."""
    most = max(map(len, cells))
    even = [[*[""] * (below * (most - len(cell))), *cell, *[""] * (most - len(cell))] for cell in cells]
    for n in range(most):
        yield _line([cell[n] for cell in even], widths, right)


def _least(name: str, cells: Sequence[str]) -> int:
    """Return how narrow a column can be: no word is broken, and numbers are words."""
    words = [len(word) for cell in cells for word in ([cell] if _LIKE_A_NUMBER.fullmatch(cell) else cell.split())]
    return max(len(name), *words) if words else len(name)


def _narrow(widths: list[int], least: Sequence[int], width: int) -> None:
    """Take from the widest columns, in place, until a line fits or no column can be narrower."""
    while sum(widths) + len(GAP) * (len(widths) - 1) > width:
        free = [c for c in range(len(widths)) if widths[c] > max(least[c], NARROWEST)]
        if not free:
            return
        widths[max(free, key=widths.__getitem__)] -= 1


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(cells, widths, right, strict=True))
    return GAP.join(padded).rstrip()


def _cells(values: Sequence[object]) -> list[str]:
    """Write the values of one column; if all are numbers, with the same decimals, four digits for the largest."""
    numbers = [v for v in values if isinstance(v, int | float) and _is_number(v) and math.isfinite(v)]
    if not numbers or not all(v is None or _is_number(v) for v in values) or all(isinstance(v, int) for v in numbers):
        return [number(v) for v in values]
    largest = max(map(abs, numbers))
    decimals = min(max(3 - math.floor(math.log10(largest)), 0), 4) if largest else 1
    return [number(v, decimals) for v in values]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: object, decimals: int | None = None) -> str:
    """Write one value; a number with separators and, unless decimals are given, four digits."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if decimals is not None and _is_number(value):
        return f"{value:,.{decimals}f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


def signed(value: float, unit: str) -> str:
    """Return a difference in the reader's words: shares in percentage points, money with separators."""
    return _in_words(value, unit, "+", " pt")


def level(value: float, unit: str) -> str:
    """Return a level in the reader's words: shares in per cent."""
    return _in_words(value, unit, "", " %")


def _in_words(value: float, unit: str, sign: str, percent: str) -> str:
    if math.isnan(value):
        return "-"
    if unit == "share":
        return f"{_plain_zero(100 * value, 2):{sign}.2f}{percent}"
    if unit == "money/customer":
        return f"{_plain_zero(value, 2):{sign},.2f}"
    if unit.startswith("money") or unit == "shoppers":
        return f"{_plain_zero(value, 1):{sign},.1f}"
    return f"{_plain_zero(value, 4):{sign}.4f}"


def _plain_zero(value: float, decimals: int) -> float:
    """Return a value rounded, without the sign of what rounds to zero."""
    return round(value, decimals) + 0.0
