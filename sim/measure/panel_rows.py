"""Checks a raw table and merges its rows into purchases: one row per shopper, occasion and brand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.errors import UsageError
from sim.measure.panel_cells import read_days, read_names, read_prices, read_units
from sim.measure.problems import SHOWN, did_you_mean, show
from sim.measure.ratios import ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from sim.measure.panel_file import RawTable

NEEDED = ("shopper", "day", "brand", "units")
"""Columns without which there is no panel."""

OPTIONAL = ("price", "list_price", "basket")
"""Columns that are used if they are there."""

OTHER_NAMES = {"price": "price_paid"}
"""What the panels of our own runs call a column."""

_READERS: dict[str, Callable[[RawTable, str], Any]] = {
    "shopper": read_names,
    "day": read_days,
    "brand": read_names,
    "units": read_units,
    "price": read_prices,
    "list_price": read_prices,
    "basket": read_names,
}

RUNS = ("arm", "replicate")
"""Columns that tell the runs apart in the panel of a result folder: one panel is one run."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Checked purchases, one per row; all arrays have shape (purchases,), in order of shopper, day and brand."""

    shopper: NDArray[np.int64]
    day: NDArray[np.int64]
    brand: NDArray[np.int64]
    units: NDArray[np.int64]
    price: NDArray[np.float64]
    list_price: NDArray[np.float64]
    shopper_ids: NDArray[np.str_]
    brands: tuple[str, ...]


def check_rows(raw: RawTable, columns: Mapping[str, str] | None, where: Mapping[str, object] | None) -> Rows:
    """Return the purchases of a raw table, or raise one `DataError` with everything that is wrong with it."""
    named = _name_columns(raw, columns or {})
    chosen = _choose_run(raw, where or {})
    if not chosen.table.num_rows and not chosen.problems.count:
        chosen.problems.add("no purchases; allowed: a header line and at least one purchase")
    if not chosen.table.num_rows:
        chosen.problems.raise_if_any()
    cells = {name: _READERS[name](chosen, column) for name, column in named.items()}
    if not set(NEEDED) <= set(named):
        chosen.problems.raise_if_any()
    (shopper, shopper_ids), (brand, brands), day, units = (cells[name] for name in ("shopper", "brand", "day", "units"))
    occasion = cells["basket"][0] if "basket" in cells else day
    unknown = np.full(len(day), np.nan)
    price, list_price = cells.get("price", unknown), cells.get("list_price", unknown)
    order = np.lexsort((brand, occasion, shopper))
    starts = _starts(shopper[order], occasion[order], brand[order])
    _refuse_copies(chosen, order, starts)
    chosen.problems.raise_if_any()
    rows = Rows(shopper, day, brand, units, price, list_price, np.array(shopper_ids), tuple(brands))
    return _merge(rows, order, starts)


def _name_columns(raw: RawTable, columns: Mapping[str, str]) -> dict[str, str]:
    """Return which column of the table holds what; note those that are missing or there twice."""
    known = NEEDED + OPTIONAL
    for name in columns:
        if name not in known:
            guess = did_you_mean(name, known)
            raise UsageError(f"a panel has no column {name!r}{guess}; allowed: {', '.join(known)}")
    there = raw.table.column_names
    strange = [each for each in there if each not in known]
    named: dict[str, str] = {}
    for name in known:
        column = columns.get(name, name)
        if column not in there and name not in columns:
            column = OTHER_NAMES.get(name, column) if OTHER_NAMES.get(name) in there else column
        needed = name in NEEDED or name in columns
        guess = did_you_mean(column, strange, cutoff=0.6 if needed else 0.85)
        if there.count(column) > 1:
            raw.problems.add(f"{there.count(column)} columns of this name; allowed: one", column=column)
        elif column in there:
            named[name] = column
        elif needed or guess:
            raw.problems.add(f"the column is missing{guess}; there are: {', '.join(there) or 'none'}", column=column)
    return named


def _choose_run(raw: RawTable, where: Mapping[str, object]) -> RawTable:
    """Keep the rows that `where` asks for; note a table that still holds several runs."""
    for column in [*where, *(each for each in RUNS if each not in where)]:
        if raw.table.column_names.count(column) != 1:
            if column in where:
                raw.problems.add(f"the column is missing{did_you_mean(column, raw.table.column_names)}", column=column)
            continue
        codes, there = _values(raw, column)
        listed = ", ".join(show(each) for each in there[:SHOWN])
        if column not in where:
            if len(there) > 1:
                choice = f"so choose one, such as --where {column}={there[0]}"
                raw.problems.add(f"several runs in one table: {listed}; allowed: one, {choice}", column=column)
        elif str(where[column]) not in there:
            raw.problems.add(f"no row has {show(str(where[column]))}; allowed: {listed}", column=column)
        else:
            raw = raw.kept(codes == there.index(str(where[column])))
    return raw


def _values(raw: RawTable, column: str) -> tuple[NDArray[np.int64], list[str]]:
    coded = pc.dictionary_encode(raw.table.column(column).combine_chunks())
    if pa.types.is_dictionary(raw.table.column(column).type):
        coded = pc.dictionary_encode(coded.dictionary_decode())
    codes: NDArray[np.int64] = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, [str(each) for each in coded.dictionary.to_pylist()]


def _starts(*keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where a new combination of sorted keys begins."""
    changes = np.zeros(len(keys[0]), dtype=np.bool_)
    changes[:1] = True
    for key in keys:
        changes[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(changes)


def _refuse_copies(raw: RawTable, order: NDArray[np.int64], starts: NDArray[np.int64]) -> None:
    """Note every row that is in all its cells the same as an earlier one: most often a file pasted twice."""
    sizes = np.diff(starts, append=len(order))
    shared = np.sort(order[np.repeat(sizes > 1, sizes)])
    earlier: dict[str, int] = {}
    cells = [column.to_pylist() for column in raw.table.take(pa.array(shared)).columns]
    for row, values in zip(shared.tolist(), zip(*cells, strict=True), strict=True):
        first = earlier.setdefault(repr(values), row)
        if first != row:
            message = f"a copy of {raw.problems.place or 'line '}{raw.numbers[first]}; allowed: each purchase once"
            raw.problems.add(message, number=int(raw.numbers[row]))


def _merge(rows: Rows, order: NDArray[np.int64], starts: NDArray[np.int64]) -> Rows:
    """Make rows of one shopper, occasion and brand one purchase: units add up, prices are averaged by units."""
    first = order[starts]
    day = np.minimum.reduceat(rows.day[order], starts)
    by = np.lexsort((rows.brand[first], day, rows.shopper[first]))
    return replace(
        rows,
        shopper=rows.shopper[first][by],
        day=day[by],
        brand=rows.brand[first][by],
        units=np.add.reduceat(rows.units[order], starts)[by],
        price=_merge_prices(rows.price[order], rows.units[order], starts)[by],
        list_price=_merge_prices(rows.list_price[order], rows.units[order], starts)[by],
    )


def _merge_prices(
    price: NDArray[np.float64], units: NDArray[np.int64], starts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the mean price of each group of rows, weighted by units; NaN where no price of the group is known."""
    unknown = np.isnan(price)
    spent = np.add.reduceat(np.where(unknown, 0.0, price * units), starts)
    mean = ratio(spent, np.add.reduceat(np.where(unknown, 0, units), starts))
    alone = np.diff(starts, append=len(price)) == 1
    return np.where(alone, price[starts], mean)
