"""Why arms differ, as tables of a result folder: `reasons`, `switches`, `subsidy` and `funnel.csv`, and back."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.result import SUBSIDY, Result, Why

NONE = "(none)"
"""Stands where another row has a brand, for shoppers who prefer none; no brand can be called that."""

FILES = {
    "reasons.csv": "per arm, replicate, behaviour and brand: its part in the shoppers that the brand has gained",
    "switches.csv": "per arm and replicate: shoppers by the brand they prefer in the baseline and in the arm",
    "subsidy.csv": "per arm and replicate: rewards and price reductions, and how much of them bought nothing more",
    "funnel.csv": "per arm, replicate, stage and brand: how often the brand gets there",
}

_RUN = ("arm", "replicate")
_COLUMNS: dict[str, dict[str, str]] = {
    "reasons": {
        "behaviour": "whose term of the utility is switched from the baseline's to the arm's",
        "brand": f"the brand; {NONE} for those who prefer no brand",
        "shoppers": "its part in the change of the shoppers who prefer the brand; the parts sum to the change",
    },
    "switches": {
        "baseline_brand": f"brand preferred in the baseline; {NONE} for no brand",
        "arm_brand": f"brand preferred by the same shopper in the arm; {NONE} for no brand",
        "shoppers": "so many shoppers",
    },
    "subsidy": {
        "rewards": "what rewards cost the focal brand",
        "rewards_anyway": "the part of it for purchases that would have been made anyway",
        "price_reductions": "units times what the list price is below that of the start",
        "price_reductions_anyway": "the part of it for purchases that would have been made anyway",
    },
    "funnel": {
        "stage": "known: of all shoppers, at the poll; the others: of all visits in the compared weeks",
        "brand": "",
        "share": "share that gets there",
    },
}
_TITLES = {
    "reasons": "Why preference moved, by behaviour",
    "switches": "Who switched from which brand to which",
    "subsidy": "What was given to the focal brand's buyers, and how much of it bought nothing more",
    "funnel": "How far each brand gets",
}
_KEYS = {
    "reasons": (*_RUN, "behaviour", "brand"),
    "switches": (*_RUN, "baseline_brand", "arm_brand"),
    "subsidy": _RUN,
    "funnel": (*_RUN, "stage", "brand"),
}
_UNITS = {"shoppers": "shoppers", "share": "share", **dict.fromkeys(SUBSIDY, "money")}

Field = dict[str, object]


def write_why(result: Result, folder: Path) -> None:
    """Write the tables, if anybody looked; those of reasons and switches only if shoppers were asked in time."""
    why = result.why
    if why is None:
        return
    brands = (*result.brands, NONE)
    if why.week is not None:
        shoppers = why.parts / why.unit
        _write(folder / "reasons.csv", "reasons", _cells(result, (why.behaviours, brands), shoppers))
        _write(folder / "switches.csv", "switches", _cells(result, (brands, brands), why.switches))
    money = np.stack([why.subsidy[name] for name in SUBSIDY], axis=2)
    rows = ([*run, *map(repr, money[at].tolist())] for run, at in _runs(result))
    _write(folder / "subsidy.csv", "subsidy", rows)
    shares = np.stack(list(why.funnel.values()), axis=2)
    _write(folder / "funnel.csv", "funnel", _cells(result, (tuple(why.funnel), result.brands), shares))


def why_header(why: Why | None) -> dict[str, object] | None:
    """Return what `run.json` says of it: what is no number a run."""
    if why is None:
        return None
    return {"week": why.week, "behaviours": why.behaviours, "unit": why.unit, "method": why.method}


def read_why(folder: Path, header: Mapping[str, Any]) -> Why | None:
    """Read the tables back, by the header of the result in `run.json`; None if nobody looked."""
    said = header.get("why")
    if said is None:
        return None
    runs = (len(header["arms"]), len(header["seeds"]))
    brands, behaviours = len(header["brands"]), tuple(said["behaviours"])
    parts, switches = np.zeros((*runs, 0, 0), np.int64), np.zeros((*runs, 0, 0), np.int64)
    if said["week"] is not None:
        shoppers = np.array([float(row["shoppers"]) for row in _rows(folder / "reasons.csv")])
        parts = np.rint(shoppers * said["unit"]).astype(np.int64).reshape(*runs, len(behaviours), brands + 1)
        pairs = np.array([int(row["shoppers"]) for row in _rows(folder / "switches.csv")], np.int64)
        switches = pairs.reshape(*runs, brands + 1, brands + 1)
    money = _rows(folder / "subsidy.csv")
    stages = _rows(folder / "funnel.csv")
    names = list(dict.fromkeys(row["stage"] for row in stages))
    shares = np.array([float(row["share"] or "nan") for row in stages]).reshape(*runs, len(names), brands)
    return Why(
        week=said["week"],
        behaviours=behaviours,
        parts=parts,
        unit=said["unit"],
        method=said["method"],
        switches=switches,
        subsidy={name: np.array([float(row[name]) for row in money]).reshape(runs) for name in SUBSIDY},
        funnel={name: shares[:, :, at] for at, name in enumerate(names)},
    )


def why_tables(keys: Mapping[str, Field]) -> dict[str, tuple[str, list[Field], Sequence[str]]]:
    """Describe the tables for `datapackage.json`: name to title, fields and key; `keys` describes arms and the like."""
    return {
        name: (
            _TITLES[name],
            [*(keys[key] for key in _RUN), *(_field(column, text, keys["brand"]) for column, text in columns.items())],
            _KEYS[name],
        )
        for name, columns in _COLUMNS.items()
    }


def _field(name: str, description: str, brand: Field) -> Field:
    if name == "brand":
        return brand if not description else {"name": name, "type": "string", "description": description}
    if name not in _UNITS:
        return {"name": name, "type": "string", "description": description}
    return {"name": name, "type": "number", "description": description, "unit": _UNITS[name]}


def _runs(result: Result) -> Iterable[tuple[tuple[object, ...], tuple[int, int]]]:
    """Yield what a row begins with and where its numbers are, arm by arm and replicate by replicate."""
    for a, arm in enumerate(result.arms.keys):
        for r in range(result.replicates):
            yield (arm, r), (a, r)


def _cells(result: Result, axes: Sequence[Sequence[str]], values: NDArray[Any]) -> Iterable[list[object]]:
    """Yield a row a number of an array of shape (arms, replicates, *axes); what was not measured is empty."""
    for run, at in _runs(result):
        for names, value in zip(product(*axes), values[at].ravel().tolist(), strict=True):
            yield [*run, *names, "" if value != value else repr(value)]  # noqa: PLR0124 - NaN


def _write(path: Path, name: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*_RUN, *_COLUMNS[name]])
        writer.writerows(rows)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
