"""Turns a CSV or Parquet file, an Arrow table or a pandas frame into one raw table that knows its line numbers."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import DataError
from sim.measure.problems import Problems

if TYPE_CHECKING:
    from typing import TextIO

    from numpy.typing import NDArray

_PARQUET_MARK = b"PAR1"
_SNIFFED_BYTES = 4096


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as it was found, unchecked.

    Parameters
    ----------
    table : pyarrow.Table
        The columns; of a text file all are strings.
    numbers : (rows,) int array
        Number of each row, from 1: the line on which it begins in a text file, its row number elsewhere.
    problems : Problems
        What could not be read as rows; whoever checks the table adds to it.
    """

    table: pa.Table
    numbers: NDArray[np.int64]
    problems: Problems

    def kept(self, keep: NDArray[np.bool_]) -> RawTable:
        """Return the rows where `keep` is true, with their old numbers."""
        rows = np.flatnonzero(keep)
        return replace(self, table=self.table.take(pa.array(rows)), numbers=self.numbers[rows])


def open_table(source: object) -> RawTable:
    """Read a path (CSV or Parquet), an Arrow table or a pandas frame.

    Raises
    ------
    DataError
        If there is no such file, or it is empty, unreadable, or neither UTF-8 text nor Parquet.
    """
    if isinstance(source, str | os.PathLike):
        return _from_path(Path(source))
    if isinstance(source, pa.Table):
        return _from_arrow(source, "table")
    if type(source).__module__.partition(".")[0] == "pandas":
        try:
            return _from_arrow(pa.Table.from_pandas(source, preserve_index=False), "data frame")
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise DataError(f"data frame: a column mixes kinds of values: {_first_line(error)}") from error
    raise DataError(f"a purchase panel is a path, an Arrow table or a pandas data frame, not {type(source).__name__}")


def _from_path(path: Path) -> RawTable:
    if path.is_dir():
        raise DataError(f"{path}: this is a folder; name the file in it, such as panel.parquet")
    try:
        with path.open("rb") as handle:
            start = handle.read(_SNIFFED_BYTES)
    except FileNotFoundError as error:
        raise DataError(f"{path}: there is no such file") from error
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {_first_line(error)}") from error
    if not start.strip():
        raise DataError(f"{path}: the file is empty; a header line and at least one purchase are needed")
    if start.startswith(_PARQUET_MARK):
        return _from_parquet(path)
    if path.suffix.lower() in {".parquet", ".pq"}:
        raise DataError(f"{path}: this is not a Parquet file, whatever its name says")
    if b"\0" in start:
        raise DataError(f"{path}: this is neither text (CSV in UTF-8) nor a Parquet file")
    return _from_csv(path)


def _from_parquet(path: Path) -> RawTable:
    try:
        with pq.ParquetFile(path) as file:
            table = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(f"{path}: the Parquet file is damaged: {_first_line(error)}") from error
    return _from_arrow(table, str(path))


def _from_arrow(table: pa.Table, source: str) -> RawTable:
    return RawTable(table, np.arange(1, table.num_rows + 1), Problems(source, place="row "))


def _from_csv(path: Path) -> RawTable:
    problems = Problems(str(path))
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            header, rows, numbers = _read_cells(handle, problems)
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: this is not UTF-8 text; save the file as CSV in UTF-8") from error
    except csv.Error as error:
        raise DataError(f"{path}: this is not readable as CSV: {error}") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {_first_line(error)}") from error
    if len(header) == 1 and (marks := [mark for mark in ";\t|" if mark in header[0]]):
        raise DataError(f"{path}:1: cells are separated by {marks[0]!r}; allowed: commas, with a point in numbers")
    cells = list(zip(*rows, strict=True)) if rows else [() for _ in header]
    columns = [pa.array(column, type=pa.string()) for column in cells]
    return RawTable(pa.Table.from_arrays(columns, names=header), np.array(numbers, dtype=np.int64), problems)


def _read_cells(handle: TextIO, problems: Problems) -> tuple[list[str], list[list[str]], list[int]]:
    """Read the header, the rows and the line on which each begins: only Python's own reader tells lines exactly."""
    reader = csv.reader(handle, strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    begins = 1
    for row in reader:
        number, begins = begins, reader.line_num + 1
        if not any(cell.strip() for cell in row):
            continue
        if not header:
            header = [cell.strip() for cell in row]
        elif len(row) != len(header):
            problems.add(f"{len(row)} cells; allowed: {len(header)}, as in the header line", number=number)
        else:
            rows.append(row)
            numbers.append(number)
    return header, rows, numbers


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
