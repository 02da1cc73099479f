"""Reads one column of a raw table as names, numbers or days, and notes every cell that is not allowed."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.measure.panel_file import RawTable

MOST_UNITS = 1_000_000
"""More units than this in one row are taken for a slip."""

MOST_DAYS = 1_000_000
"""Day numbers further from 0 than this (2,700 years) are taken for a slip."""

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?$"
_MISSING = ("", "na", "nan")
_DAY_NUMBER = re.compile(r"[+-]?[0-9]{1,7}(\.0*)?")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([T ].*)?")

_NAME = "a name or a whole number"
_DAY = f"an ISO date such as 2017-01-31, or a whole day number up to {MOST_DAYS:,}"
_ONE_KIND = "the same as in the first row: either dates everywhere or day numbers everywhere"
_UNITS = f"a whole number from 1 to {MOST_UNITS:,}"
_PRICE = "a number of 0 or more, or an empty cell"


def read_names(raw: RawTable, column: str) -> tuple[NDArray[np.int64], list[str]]:
    """Read names: the code of each row, and the name of each code, in order of first appearance."""
    cells = _plain(raw, column)
    if pa.types.is_floating(cells.type):
        values, _ = _as_numbers(cells)
        whole = np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2.0**53)
        cells = pa.array(np.where(whole, values, 0).astype(np.int64), mask=~whole)
    if _is_text(cells.type):
        cells = pc.utf8_trim_whitespace(cells)
        wrong = pc.fill_null(pc.equal(cells, ""), True).to_numpy(zero_copy_only=False)
    elif pa.types.is_integer(cells.type):
        wrong = cells.is_null().to_numpy(zero_copy_only=False)
        cells = pc.cast(cells, pa.string())
    else:
        wrong = np.ones(len(cells), dtype=np.bool_)
        cells = pa.nulls(len(cells), pa.string())
    _note(raw, column, wrong, _NAME)
    coded = pc.dictionary_encode(cells)
    codes: NDArray[np.int64] = pc.fill_null(coded.indices, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, coded.dictionary.to_pylist()


def read_units(raw: RawTable, column: str) -> NDArray[np.int64]:
    """Read units bought: whole numbers of at least 1."""
    values, _ = _as_numbers(_plain(raw, column))
    right = (values >= 1) & (values <= MOST_UNITS) & (values == np.floor(values))
    _note(raw, column, ~right, _UNITS)
    return np.where(right, values, 1).astype(np.int64)


def read_prices(raw: RawTable, column: str) -> NDArray[np.float64]:
    """Read prices: numbers of 0 or more, NaN where the cell is empty."""
    values, unreadable = _as_numbers(_plain(raw, column))
    wrong = unreadable | (values < 0) | np.isinf(values)
    _note(raw, column, wrong, _PRICE)
    return values


def read_days(raw: RawTable, column: str) -> NDArray[np.int64]:
    """Read days, given as dates or as whole numbers, and count them from the first day in the column."""
    cells = _plain(raw, column)
    if _is_text(cells.type):
        days = _days_of_text(raw, column, cells)
    elif pa.types.is_temporal(cells.type):
        dated = pa.types.is_timestamp(cells.type) or pa.types.is_date(cells.type)
        dates = pc.cast(cells, pa.date32()) if dated else pa.nulls(len(cells), pa.date32())
        _note(raw, column, dates.is_null().to_numpy(zero_copy_only=False), _DAY)
        days = pc.fill_null(pc.cast(dates, pa.int32()), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    else:
        values, _ = _as_numbers(cells)
        right = (np.abs(values) <= MOST_DAYS) & (values == np.floor(values))
        _note(raw, column, ~right, _DAY)
        days = np.where(right, values, 0).astype(np.int64)
    first: NDArray[np.int64] = days - days.min()
    return first


def _days_of_text(raw: RawTable, column: str, cells: pa.Array) -> NDArray[np.int64]:
    """Read each different text once: a panel has far fewer days than rows."""
    coded = pc.dictionary_encode(cells)
    parsed = [_day_of_text(text) for text in coded.dictionary.to_pylist()]
    codes = pc.fill_null(coded.indices, len(parsed)).to_numpy(zero_copy_only=False).astype(np.int64)
    parsed.append(None)
    wrong = np.array([each is None for each in parsed])[codes]
    is_date = np.array([each is not None and each[0] for each in parsed])[codes]
    numbers = np.array([0 if each is None else each[1] for each in parsed], dtype=np.int64)
    _note(raw, column, wrong, _DAY)
    if not wrong.all():
        first_kind = is_date[np.argmin(wrong)]
        _note(raw, column, ~wrong & (is_date != first_kind), _ONE_KIND)
    days: NDArray[np.int64] = numbers[codes]
    return days


def _day_of_text(text: str) -> tuple[bool, int] | None:
    """Return whether a text is a date, and its number of days; None if it is no day at all."""
    text = text.strip()
    if _DAY_NUMBER.fullmatch(text):
        number = int(float(text))
        return (False, number) if abs(number) <= MOST_DAYS else None
    dated = _DATE.fullmatch(text)
    try:
        return (True, date.fromisoformat(dated[1]).toordinal()) if dated else None
    except ValueError:
        return None


def _as_numbers(cells: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return numbers, NaN where a cell is empty or unreadable, and which cells are unreadable."""
    unreadable = np.zeros(len(cells), dtype=np.bool_)
    if _is_text(cells.type):
        cells = pc.utf8_trim_whitespace(cells)
        numeric = pc.match_substring_regex(cells, _NUMBER)
        missing = pc.is_in(pc.utf8_lower(cells), value_set=pa.array(_MISSING))
        unreadable = pc.invert(pc.fill_null(pc.or_(numeric, missing), True)).to_numpy(zero_copy_only=False)
        cells = pc.if_else(numeric, cells, None)
    elif not (_is_number(cells.type) or pa.types.is_null(cells.type)):
        unreadable[:] = True
        cells = pa.nulls(len(cells))
    values = pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64), unreadable


def _note(raw: RawTable, column: str, wrong: NDArray[np.bool_], allowed: str) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        values = raw.table.column(column).take(pa.array(rows[:20])).to_pylist()
        values += [None] * (len(rows) - len(values))
        raw.problems.add_cells(raw.numbers[rows].tolist(), column, values, allowed)


def _plain(raw: RawTable, column: str) -> pa.Array:
    """Return a column as one array, plainly encoded."""
    cells = raw.table.column(column).combine_chunks()
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    return pc.cast(cells, pa.string()) if _is_text(cells.type) else cells


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
