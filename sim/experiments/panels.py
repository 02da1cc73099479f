"""Opening a purchase panel by what a user types: a file, or an open category of the Complete Journey data."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.errors import UsageError
from sim.measure.panel import DAYS_PER_WEEK, Panel, read_panel
from sim.measure.panel_rows import NEEDED, OPTIONAL
from sim.measure.problems import did_you_mean

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
        `FIRST-LAST`, counted from 1, of which the panel's last may be cut short; everything if None.
    columns, where
        `NAME=VALUE` texts: the file's name of a column, and rows to keep.
    panelists
        Members of the panel; only buyers are known if None.

    Raises
    ------
    UsageError, DataError
        If anything asked for is not there.
    """
    if not source.strip():
        raise UsageError(f"the panel's name is empty; give a CSV or Parquet file, or {COMPLETE_JOURNEY}coffee")
    span = _weeks(weeks)
    if source.startswith(COMPLETE_JOURNEY):
        from sim.measure.completejourney import load_completejourney

        if columns or panelists or where:
            raise UsageError("--column, --panelists and --where go with a file; the Complete Journey data need none")
        first, last = span or (1, LAST_WEEK)
        return load_completejourney(source.removeprefix(COMPLETE_JOURNEY), first, last)
    named = _pairs("--column", columns, "OURS=THEIRS")
    kept = _pairs("--where", where, "COLUMN=VALUE")
    _refuse_unknown(named)
    panel = read_panel(Path(source), columns=named or None, panelists=panelists, where=kept or None)
    if span is None:
        return panel
    there = -(-panel.days // DAYS_PER_WEEK)
    if span[1] > there:
        raise UsageError(f"--weeks {weeks}: {source} has weeks 1 to {there} ({panel.days} days)")
    return panel.between(DAYS_PER_WEEK * (span[0] - 1), min(DAYS_PER_WEEK * span[1], panel.days) - 1)


def _weeks(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    first, dash, last = (part.strip() for part in text.partition("-"))
    if not dash or not all(part.isdecimal() and len(part) < 7 for part in (first, last)):
        raise UsageError(f"--weeks {text!r}: must be FIRST-LAST, such as 1-26, counted from 1")
    if not 1 <= int(first) <= int(last):
        raise UsageError(f"--weeks {text!r}: must be FIRST-LAST, from 1 on, and the first no later than the last")
    return int(first), int(last)


def _pairs(flag: str, texts: Sequence[str], form: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name or not value:
            raise UsageError(f"{flag} {text!r}: must be {form}")
        if name in pairs:
            raise UsageError(f"{flag}: {name!r} is given twice")
        pairs[name] = value
    return pairs


def _refuse_unknown(columns: Iterable[str]) -> None:
    known = NEEDED + OPTIONAL
    for name in columns:
        if name not in known:
            guess = did_you_mean(name, known)
            raise UsageError(f"--column: a panel has no column {name!r}{guess}; allowed: {', '.join(known)}")
