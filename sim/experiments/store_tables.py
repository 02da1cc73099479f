"""A result's arrays as tidy Parquet tables and back; the same arrays always give the same bytes."""

from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.experiments.result import Result

Panels = list[list[dict[str, NDArray[np.generic]]]]
Axes = Sequence[tuple[str, Any]]

_HOW = {"compression": "zstd", "compression_level": 3, "version": "2.6", "write_statistics": True}
_PLAIN_COLUMNS = {
    "shopper": pa.int32(),
    "day": pa.int32(),
    "basket": pa.int32(),
    "units": pa.int32(),
    "price": pa.float64(),
    "points": pa.int32(),
}
_CODED = pa.dictionary(pa.int32(), pa.string())


def write_tables(result: Result, folder: Path) -> None:
    """Write `weekly`, `window`, `costs` and, if there are panels, `panel.parquet`.

    Rows go by arm, then replicate, then week, then brand. What was not measured is null.
    """
    arm, replicate, brand = _axes(result)
    weekly_axes = (arm, replicate, ("week", result.weeks), brand)
    _write(weekly_axes, result.weekly, folder / "weekly.parquet")
    _write((arm, replicate, brand), result.window, folder / "window.parquet")
    _write((arm, replicate), result.costs, folder / "costs.parquet")
    if result.panels:
        _write_panels(result, folder / "panel.parquet")


def read_cube(path: Path, keys: Sequence[str], sizes: Sequence[int]) -> dict[str, NDArray[np.float64]]:
    """Read the measures of a table written by `write_tables`.

    Parameters
    ----------
    path
        The table.
    keys
        Its columns that are no measures.
    sizes
        Lengths of the axes.

    Returns
    -------
    dict
        Measure to array of shape `sizes`, with NaN for null.
    """
    table = pq.read_table(path)
    names = [name for name in table.column_names if name not in keys]
    return {name: table[name].to_numpy().astype(np.float64).reshape(sizes) for name in names}


def read_weeks(path: Path, runs: int, brands: int) -> NDArray[np.int64]:
    """Read the weeks of the weekly table of so many runs (arms times replicates) and brands. Shape (W,)."""
    week: NDArray[np.int64] = pq.read_table(path, columns=["week"])["week"].to_numpy().astype(np.int64)
    return week[: len(week) // runs : brands].copy()


def read_panels(path: Path, arms: int, replicates: int, brands: Sequence[str], retailers: Sequence[str]) -> Panels:
    """Read all panels, [arm][replicate] -> columns, with brand and retailer as row numbers."""
    with pq.ParquetFile(path) as file:
        assert file.num_row_groups == arms * replicates
        panels = [_read_panel(file.read_row_group(at), brands, retailers) for at in range(arms * replicates)]
    return [panels[first : first + replicates] for first in range(0, len(panels), replicates)]


def _axes(result: Result) -> tuple[tuple[str, Any], ...]:
    return (
        ("arm", result.arms.keys),
        ("replicate", np.arange(result.replicates, dtype=np.int32)),
        ("brand", result.brands),
    )


def _write(axes: Axes, measures: Mapping[str, NDArray[np.float64]], path: Path) -> None:
    """Write measures of shape (each axis' length) as columns beside those that say where a row belongs."""
    sizes = [len(values) for _, values in axes]
    columns: dict[str, pa.Array] = {}
    for at, (name, values) in enumerate(axes):
        codes = np.tile(np.repeat(np.arange(sizes[at]), prod(sizes[at + 1 :])), prod(sizes[:at]))
        columns[name] = _coded(codes, values) if isinstance(values, tuple) else pa.array(np.asarray(values)[codes])
    for name, array in measures.items():
        assert array.shape == tuple(sizes), f"{name}: {array.shape} is not {sizes}"
        columns[name] = pa.array(np.asarray(array, np.float64).ravel(), from_pandas=True)
    pq.write_table(pa.table(columns), path, **_HOW)


def _coded(codes: NDArray[np.generic], names: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(names, pa.string()))


def _write_panels(result: Result, path: Path) -> None:
    """Write one row group per arm and replicate, so that each can be read by itself."""
    arms = result.arms.keys
    assert [len(panels) for panels in result.panels] == [result.replicates] * len(arms)
    fields = {"arm": _CODED, "replicate": pa.int32(), "shopper": pa.int32(), "day": pa.int32(), "basket": pa.int32()}
    fields |= {"brand": _CODED, "retailer": _CODED} | _PLAIN_COLUMNS
    schema = pa.schema(list(fields.items()))
    with pq.ParquetWriter(path, schema, **_HOW) as writer:
        for a, panels in enumerate(result.panels):
            for r, panel in enumerate(panels):
                rows = len(panel["shopper"])
                columns = {name: pa.array(panel[name], kind) for name, kind in _PLAIN_COLUMNS.items()}
                columns["arm"] = _coded(np.full(rows, a), arms)
                columns["replicate"] = pa.array(np.full(rows, r, np.int32))
                columns["brand"] = _coded(panel["brand"], result.brands)
                columns["retailer"] = _coded(panel["retailer"], result.retailers)
                table = pa.table([columns[name] for name in schema.names], schema=schema)
                writer.write_table(table, row_group_size=max(rows, 1))


def _read_panel(table: pa.Table, brands: Sequence[str], retailers: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    coded = {"brand": brands, "retailer": retailers}
    names = [name for name in table.column_names if name not in {"arm", "replicate"}]
    return {name: _codes(table[name], coded[name]) if name in coded else table[name].to_numpy() for name in names}


def _codes(column: pa.ChunkedArray, names: Sequence[str]) -> NDArray[np.uint8]:
    """Return names as row numbers of `names`, as the market itself numbers them."""
    coded = column.combine_chunks()
    if isinstance(coded, pa.ChunkedArray):  # a column without rows may keep no chunk
        return np.empty(0, np.uint8)
    number = {name: at for at, name in enumerate(names)}
    found = np.array([number[name] for name in coded.dictionary.to_pylist()], np.uint8)
    codes: NDArray[np.uint8] = found[coded.indices.to_numpy()]
    return codes
