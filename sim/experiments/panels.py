"""Opening a purchase panel by what a user types: a file, or an open category of the Complete Journey data."""

from collections.abc import Sequence
from pathlib import Path

from sim.errors import UsageError
from sim.measure.panel import Panel, read_panel

COMPLETE_JOURNEY = "completejourney:"
LAST_WEEK = 26


def open_panel(
    source: str, *, weeks: str | None = None, columns: Sequence[str] = (), panelists: int | None = None,
    where: Sequence[str] = (),
) -> Panel:  # fmt: skip
    """Read a panel.

    Parameters
    ----------
    source
        A CSV or Parquet file, or `completejourney:` and one of its open categories.
    weeks
        `FIRST-LAST`, counted from 1; everything if None.
    columns, where
        `NAME=VALUE` texts: the file's name of a column, and rows to keep.
    panelists
        Members of the panel; only buyers are known if None.

    Raises
    ------
    UsageError, DataError
        If anything asked for is not there.
    """
    span = _weeks(weeks)
    if source.startswith(COMPLETE_JOURNEY):
        from sim.measure.completejourney import load_completejourney

        if columns or panelists or where:
            raise UsageError("--column, --panelists and --where go with a file; the Complete Journey data need none")
        first, last = span or (1, LAST_WEEK)
        return load_completejourney(source.removeprefix(COMPLETE_JOURNEY), first, last)
    named = _pairs("--column", columns)
    panel = read_panel(Path(source), columns=named or None, panelists=panelists, where=_pairs("--where", where) or None)
    return panel if span is None else panel.between(7 * (span[0] - 1), 7 * span[1] - 1)


def _weeks(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    first, dash, last = text.partition("-")
    if not dash or not first.strip().isdigit() or not last.strip().isdigit() or not 1 <= int(first) <= int(last):
        raise UsageError(f"--weeks {text!r}: must be FIRST-LAST, such as 1-26, counted from 1")
    return int(first), int(last)


def _pairs(flag: str, texts: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name or not value:
            raise UsageError(f"{flag} {text!r}: must be NAME=VALUE")
        pairs[name] = value
    return pairs
