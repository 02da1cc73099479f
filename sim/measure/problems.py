"""Collects everything that is wrong with a table, so that it can be said at once."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from sim.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 10
"""How many problems a message lists before it only counts them."""

_LONGEST_VALUE = 40


class Problems:
    """The problems found so far in one table.

    Parameters
    ----------
    source : str
        Name of the file or table, put before every problem.
    place : str
        What stands before the number of a line or row: nothing for lines of a text file, ``"row "`` for other tables.
    """

    def __init__(self, source: str, place: str = "") -> None:
        self.source = source
        self.place = place
        self.count = 0
        self._found: list[tuple[int, str]] = []

    def add(self, message: str, *, column: str | None = None, number: int | None = None) -> None:
        """Note a problem of the whole table, of a `column`, or of the line or row with this `number` (from 1)."""
        at = "" if number is None else f":{self.place}{number}"
        of = "" if column is None else f" {column}:"
        self.count += 1
        self._found.append((number or 0, f"{self.source}{at}:{of} {message}"))

    def add_cells(self, numbers: Sequence[int], column: str, values: Sequence[object], allowed: str) -> None:
        """Note that the `values` of `column` in the rows with these `numbers` are not what is `allowed`."""
        shown = min(len(numbers), SHOWN)
        for number, value in zip(numbers[:shown], values[:shown], strict=True):
            self.add(f"{show(value)}; allowed: {allowed}", column=column, number=int(number))
        self.count += len(numbers) - shown

    def raise_if_any(self) -> None:
        """Raise one `DataError` that lists the first problems and counts the rest."""
        if not self.count:
            return
        lines = [message for _, message in sorted(self._found, key=lambda item: item[0])][:SHOWN]
        hidden = self.count - len(lines)
        if hidden:
            lines.append(f"{self.source}: ... and {hidden} more {'problem' if hidden == 1 else 'problems'}")
        raise DataError("\n".join(lines))


def show(value: object) -> str:
    """Write a value as it may stand in a message: quoted, on one line, not too long."""
    if value is None or value == "":
        return "an empty cell"
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "..."


def did_you_mean(name: str, known: Sequence[str], cutoff: float = 0.6) -> str:
    """Return ``" (did you mean ...?)"`` if a known name is at least `cutoff` (0 to 1) like `name`, else nothing."""
    lowered = {each.lower(): each for each in known}
    close = get_close_matches(name.lower(), list(lowered), n=1, cutoff=cutoff)
    return f" (did you mean {lowered[close[0]]!r}?)" if close else ""
