"""The result folder: a run written down whole or not at all, named after what was asked, and read back exactly."""

import csv
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

import sim
from sim.errors import ResultError
from sim.experiments.money import Money, money_of
from sim.experiments.result import Difference, Result
from sim.experiments.store_folder import digest, whole_folder
from sim.experiments.store_money import read_money, write_money
from sim.experiments.store_package import write_package
from sim.experiments.store_readme import write_readme
from sim.experiments.store_record import RUN_FILE, how_to_mend, package_version, read_record, result_of, write_record
from sim.experiments.store_why import FILES, read_why, write_why

CONTENTS = (
    "README.md", "scenario.toml", RUN_FILE, "weekly.parquet", "window.parquet", "costs.parquet", "panel.parquet",
    "summary.csv", "money.csv", *FILES, "figures", "datapackage.json", "cells.parquet", "parts", "failures.jsonl",
)  # fmt: skip
"""All that a result folder may hold; a folder with anything else is somebody's own and never replaced."""

_DIGITS = 10
_LONGEST_NAME = 60


def content_key(command: str, options: Mapping[str, object], scenario_toml: str, model_version: str) -> str:
    """Return a short hash of everything that a result depends on: ten hexadecimal digits.

    Parameters
    ----------
    command
        Name of the command, such as `compare`.
    options
        Those of its options that change what is computed; where to write and how fast do not belong here.
    scenario_toml
        The resolved scenario.
    model_version
        From `model_version`.
    """
    asked = json.dumps([command, options, scenario_toml, model_version], sort_keys=True, default=str)
    return hashlib.sha256(asked.encode()).hexdigest()[:_DIGITS]


def model_version() -> str:
    """Return the project's version and a hash of the sources of market and experiments, such as `0.1.0+3f2a9c1b`.

    Whatever changes a number changes a source file, and so the name of the result; so do harmless changes.
    """
    found = hashlib.sha256()
    root = Path(sim.__file__).parent
    sources = [*(root / "market").rglob("*.py"), *(root / "experiments").rglob("*.py")]
    for path in sorted(sources, key=lambda path: path.relative_to(root).as_posix()):
        text = path.read_bytes().replace(b"\r\n", b"\n")
        found.update(f"{path.relative_to(root).as_posix()}\0{len(text)}\0".encode() + text)
    return f"{package_version()}+{found.hexdigest()[:8]}"


def folder_for(out: Path, name: str, key: str) -> Path:
    """Return where a result belongs: `out/<name>-<key>`, with dashes for whatever makes no plain folder name."""
    plain = re.sub(r"[^\w.]+", "-", name.removesuffix(".toml")).strip("-._")[:_LONGEST_NAME].rstrip("-._")
    return out / f"{plain or 'result'}-{key}"


def is_finished(folder: Path) -> bool:
    """Tell whether a folder holds a finished result, with all of its files; whether they are undamaged is not read."""
    try:
        record = read_record(folder)
    except ResultError:
        return False
    return all((folder / name).is_file() for name in record["outputs"])


def original_name(scenario_file: Path) -> str | None:
    """Return the name under which a result's `scenario.toml` was run; None for any other or a changed file.

    With it, a result rebuilt from its own `scenario.toml` gets its own name again, and the same bytes in all files.
    """
    folder = scenario_file.parent
    if scenario_file.name != "scenario.toml" or not is_finished(folder):
        return None
    record = read_record(folder)
    said = record["outputs"].get("scenario.toml", {}).get("sha256")
    return str(record["result"]["name"]) if digest(scenario_file) == said else None


def write_result(
    result: Result,
    differences: Sequence[Difference],
    folder: Path,
    *,
    command: str,
    options: Mapping[str, object],
    figures: Mapping[str, Callable[[Path], None]],
    force: bool = False,
) -> None:
    """Write a result folder; it appears under its name only once it is complete.

    All files but `run.json` have the same bytes whenever the same result is written with the same libraries.

    Parameters
    ----------
    result, differences
        What to write.
    folder
        Where; an unfinished result there is replaced.
    command, options
        What was asked, as for `content_key`.
    figures
        Name to a function that draws it: called with `figures/<name>`, it adds the endings of the files it writes.
    force
        Whether to replace a finished result.

    Raises
    ------
    ResultError
        If a finished result or somebody's own files are there, or the folder cannot be written.
    """
    if not force and is_finished(folder):
        raise ResultError(f"{folder}: is finished already; --force writes it again")
    version = model_version()
    key = content_key(command, options, result.scenario_toml, version)
    with whole_folder(folder, CONTENTS) as part:
        (part / "scenario.toml").write_text(result.scenario_toml, "utf-8", newline="")
        _write_differences(differences, part / "summary.csv")
        write_money(money_of(result), part / "money.csv")
        _write_tables(result, part)
        write_why(result, part)
        (part / "figures").mkdir()
        for name, draw in figures.items():
            draw(part / "figures" / name)
        write_package(result, part)
        write_readme(result, differences, part, command, options, version, figures)
        about = {"command": command, "options": dict(options), "key": key, "model_version": version}
        write_record(result, part, about)


def load_result(path: Path, *, panels: bool = True) -> Result:
    """Read a result folder back.

    Parameters
    ----------
    path
        The folder.
    panels
        Whether to read the purchase panels, the largest part by far; without them `panels` is empty.

    Raises
    ------
    ResultError
        If the folder is missing or unfinished, or a file in it is not as it was written; says which and what to do.
    """
    record = _checked(path, panels=panels)
    try:
        return result_of(record, (path / "scenario.toml").read_bytes().decode(), **_arrays(path, record, panels))
    except (KeyError, TypeError, ValueError, AssertionError) as error:
        raise ResultError(
            f"{path / RUN_FILE}: damaged, does not fit the tables; {how_to_mend(path, record)}"
        ) from error


def load_differences(path: Path) -> list[Difference]:
    """Read the differences of a result folder back, in the order in which they were written.

    Raises
    ------
    ResultError
        As `load_result`.
    """
    _checked(path, panels=False)
    with (path / "summary.csv").open(encoding="utf-8", newline="") as file:
        return [
            Difference(row["arm"], row["brand"], row["metric"], *(float(row[name] or "nan") for name in _numbers()))
            for row in csv.DictReader(file)
        ]


def load_money(path: Path) -> list[Money]:
    """Read what the arms of a result folder cost and what came back, in the order in which it was written.

    Raises
    ------
    ResultError
        As `load_result`.
    """
    _checked(path, panels=False)
    return read_money(path / "money.csv")


def _arrays(folder: Path, record: Mapping[str, Any], panels: bool) -> dict[str, Any]:
    from sim.experiments.store_tables import read_cube, read_panels, read_weeks

    header = record["result"]
    arms, replicates, brands = len(header["arms"]), len(header["seeds"]), len(header["brands"])
    weekly, keys = folder / "weekly.parquet", ("arm", "replicate", "week", "brand")
    weeks = read_weeks(weekly, arms * replicates, brands)
    arrays: dict[str, Any] = {
        "weeks": weeks,
        "weekly": read_cube(weekly, keys, (arms, replicates, len(weeks), brands)),
        "window": read_cube(folder / "window.parquet", keys, (arms, replicates, brands)),
        "costs": read_cube(folder / "costs.parquet", keys, (arms, replicates)),
        "panels": [],
        "why": read_why(folder, header),
    }
    if panels and "panel.parquet" in record["outputs"]:
        names = tuple(header["brands"]), tuple(header["retailers"])
        arrays["panels"] = read_panels(folder / "panel.parquet", arms, replicates, *names)
    return arrays


def _numbers() -> list[str]:
    return [field.name for field in fields(Difference)][3:]


def _write_differences(differences: Sequence[Difference], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["arm", "brand", "metric", *_numbers()])
        for one in differences:
            numbers = (float(getattr(one, name)) for name in _numbers())
            rows.writerow([one.arm, one.brand, one.metric, *("" if np.isnan(n) else repr(n) for n in numbers)])


def _write_tables(result: Result, folder: Path) -> None:
    from sim.experiments.store_tables import write_tables

    write_tables(result, folder)


def _checked(folder: Path, *, panels: bool) -> dict[str, Any]:
    """Return a folder's record after comparing the fingerprints of its data; README and figures may be edited."""
    record = read_record(folder)
    for name, said in record["outputs"].items():
        if name == "README.md" or name.startswith("figures/") or (name == "panel.parquet" and not panels):
            continue
        if not (folder / name).is_file():
            raise ResultError(f"{folder / name}: missing from a finished result; {_mend(folder, name, record)}")
        if digest(folder / name) != said["sha256"]:
            raise ResultError(f"{folder / name}: damaged, not as it was written; {_mend(folder, name, record)}")
    return record


def _mend(folder: Path, name: str, record: Mapping[str, Any]) -> str:
    """Say how to get a damaged file back; from the scenario beside it, unless that is the damaged one."""
    return how_to_mend(folder, None if name == "scenario.toml" else record)
