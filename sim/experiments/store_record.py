"""The record of a run, `run.json`: what ran, with what, where from, how long, and a fingerprint of each file."""

import json
import math
import os
import platform
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

import sim
from sim.errors import ResultError
from sim.experiments.result import Arms, Result
from sim.experiments.store_folder import digest, files_below
from sim.experiments.store_why import why_header

FORMAT = 1
"""Number of this layout of a result folder; one more with every change that older readers cannot read."""

RUN_FILE = "run.json"
PACKAGE = "expert-shoppers"
_LIBRARIES = ("numpy", "numba", "mesa", "scipy", "pyarrow", "matplotlib")


def package_version() -> str:
    """Return this project's version: in a clone as `pyproject.toml` has it, else as installed."""
    project = Path(sim.__file__).parents[1] / "pyproject.toml"
    if project.is_file():
        found = tomllib.loads(project.read_text("utf-8")).get("project", {})
        if found.get("name") == PACKAGE:
            return str(found["version"])
    return _version(PACKAGE) or "0"


def write_record(result: Result, folder: Path, about: Mapping[str, object]) -> None:
    """Write `run.json` for all files that are in the folder by now.

    Parameters
    ----------
    result
        What was written.
    folder
        Where it was written.
    about
        Command, options, key and model version.
    """
    outputs = {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": digest(path)}
        for path in files_below(folder)
    }
    record = {
        "format": FORMAT,
        **about,
        "versions": _versions(),
        "commit": _commit(Path(sim.__file__).parents[1]),
        "platform": {"system": platform.system(), "machine": platform.machine(), "processors": os.cpu_count()},
        "timings": result.timings,
        "result": _header(result),
        "outputs": outputs,
    }
    text = json.dumps(_plain(record), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / RUN_FILE).write_text(text + "\n", "utf-8", newline="\n")


def read_record(folder: Path) -> dict[str, Any]:
    """Read `run.json`.

    Raises
    ------
    ResultError
        If there is no such folder, or its `run.json` is missing, damaged or of a later version.
    """
    path = folder / RUN_FILE
    if not folder.is_dir():
        raise ResultError(f"{folder}: no such result folder; `shoppers run` and `shoppers compare` write them")
    if not path.is_file():
        raise ResultError(f"{folder}: not finished, {RUN_FILE} is missing; run the command that began it again")
    try:
        record = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ResultError(f"{path}: damaged, not JSON ({error}); {how_to_mend(folder)}") from error
    if not isinstance(record, dict) or not {"format", "result", "outputs"} <= record.keys():
        raise ResultError(f"{path}: damaged, not the record of a run; {how_to_mend(folder)}")
    if record["format"] != FORMAT:
        raise ResultError(
            f"{path}: of format {record['format']}, this version reads {FORMAT}; "
            f"use expert-shoppers {record.get('versions', {}).get(PACKAGE, 'of that time')} or "
            f"{how_to_mend(folder, record)}"
        )
    return record


def how_to_mend(folder: Path, record: Mapping[str, Any] | None = None) -> str:
    """Say how to get a damaged result folder back, by the command that made it if its record is known."""
    if record is None or not {"command", "options"} <= record.keys():
        return "give the command that wrote it again, with --force"
    scenario, out = folder / "scenario.toml", folder.parent
    return f"write it again: `{call(record['command'], scenario, out, record['options'])}`"


def call(command: str, scenario: Path, out: Path, options: Mapping[str, object], more: Sequence[str] = ()) -> str:
    """Return what to type for a result to be computed again, from its own scenario into its own folder.

    Parameters
    ----------
    command, options
        As they stand in the record.
    scenario, out
        The result's `scenario.toml`, and the folder in which the result folder lies.
    more
        Further words.
    """
    words = ["shoppers", command, scenario.as_posix()]
    for name, value in sorted({**options, "out": out.as_posix()}.items()):
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif value is not None and value is not False:
            many = value if isinstance(value, list | tuple) else (value,)
            words += [word for one in many for word in (flag, str(one))]
    return shlex.join([*words, *more, "--force"])


def result_of(record: Mapping[str, Any], scenario_toml: str, **arrays: Any) -> Result:  # noqa: ANN401 - see Result
    """Return the result whose header stands in a record, with its arrays."""
    header = record["result"]
    first, last = header["compared_weeks"]
    return Result(
        name=header["name"],
        title=header["title"],
        question=header["question"],
        focal=header["focal"],
        arms=Arms(tuple(header["arms"]), tuple(header["arms"].values())),
        brands=tuple(header["brands"]),
        brand_labels=tuple(header["brands"].values()),
        retailers=tuple(header["retailers"]),
        compared_weeks=(first, last),
        scenario_toml=scenario_toml,
        seeds=tuple(header["seeds"]),
        notes=tuple(header["notes"]),
        extra=header["extra"],
        timings=record["timings"],
        **arrays,
    )


def _header(result: Result) -> dict[str, object]:
    return {
        "name": result.name,
        "title": result.title,
        "question": result.question,
        "focal": result.focal,
        "arms": dict(zip(result.arms.keys, result.arms.labels, strict=True)),
        "brands": dict(zip(result.brands, result.brand_labels, strict=True)),
        "retailers": result.retailers,
        "compared_weeks": result.compared_weeks,
        "seeds": result.seeds,
        "notes": result.notes,
        "extra": result.extra,
        "why": why_header(result.why),
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - anything that JSON knows, or NumPy
    """Turn NumPy's values into JSON's; JSON has no way to write what is not finite, so that becomes null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Path):
        return value.as_posix()
    return value


def _versions() -> dict[str, str | None]:
    ours = {"python": platform.python_version(), PACKAGE: package_version()}
    return {**ours, **{name: _version(name) for name in _LIBRARIES}}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _commit(root: Path) -> str | None:
    """Return the commit that is checked out, as Git's own files have it; None outside of a clone."""
    git = root / ".git"
    try:
        if git.is_file():  # a work tree beside the clone: the file says where its own part of the clone is
            git = root / git.read_text("utf-8").removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref:"):
            return head
        name = head.removeprefix("ref:").strip()
        shared = git / "commondir"
        home = git / shared.read_text("utf-8").strip() if shared.is_file() else git
        loose = home / name
        if loose.is_file():
            return loose.read_text("utf-8").strip()
        lines = (home / "packed-refs").read_text("utf-8").splitlines()
    except OSError:
        return None
    return next((line.split()[0] for line in lines if line.endswith(f" {name}")), None)
