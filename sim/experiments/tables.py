"""Plain tables for the terminal: aligned columns, no colour unless a terminal asks for it."""

from collections.abc import Mapping, Sequence

MOST_WIDE = 60


def table(rows: Sequence[Mapping[str, object]], columns: Sequence[str] | None = None) -> str:
    """Return rows as an aligned table; numbers to the right, long texts cut.

    Parameters
    ----------
    rows
        One mapping a row.
    columns
        Which keys, in order; those of the first row if None.
    """
    if not rows:
        return "(nothing)"
    columns = list(columns or rows[0])
    cells = [[_text(row.get(name, "")) for name in columns] for row in rows]
    right = [all(_is_number(row.get(name)) for row in rows) for name in columns]
    widths = [max(len(name), *(len(line[c]) for line in cells)) for c, name in enumerate(columns)]
    lines = [_line(list(columns), widths, right), _line(["-" * width for width in widths], widths, right)]
    return "\n".join(lines + [_line(line, widths, right) for line in cells])


def _line(cells: list[str], widths: list[int], right: list[bool]) -> str:
    padded = (cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(cells, widths, right, strict=True))
    return "  ".join(padded).rstrip()


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN is not itself
        return "-"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    text = str(value)
    return text if len(text) <= MOST_WIDE else text[: MOST_WIDE - 1] + "…"


def signed(value: float, unit: str) -> str:
    """Return a difference in the reader's words: shares in percentage points, money with separators."""
    if value != value:  # noqa: PLR0124 - NaN is not itself
        return "-"
    if unit == "share":
        return f"{100 * value:+.2f} pt"
    if unit.startswith("money") or unit == "shoppers":
        return f"{value:+,.1f}"
    return f"{value:+.4f}"


def level(value: float, unit: str) -> str:
    """Return a level in the reader's words: shares in per cent."""
    if value != value:  # noqa: PLR0124 - NaN is not itself
        return "-"
    if unit == "share":
        return f"{100 * value:.2f} %"
    if unit.startswith("money") or unit == "shoppers":
        return f"{value:,.1f}"
    return f"{value:.4f}"
