"""One scenario file, read: its tables, the line of each key, and what is wrong with the file as such."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from sim.errors import ScenarioError
from sim.scenario.lines import line_index
from sim.scenario.shipped import SUFFIX, shipped_files, show_file
from sim.scenario.text import did_you_mean, one_of, show_path, show_value
from sim.scenario.tree import DEEPEST, Keys, Tree, plain

LARGEST = 4_000_000
"""Bytes beyond which a file is no scenario."""

_WHERE = re.compile(r"(?s)(.*) \(at (?:line (\d+), column (\d+)|end of document)\)")
_TWICE = ("Cannot overwrite a value", "Cannot declare", "Duplicate inline table key", "Cannot mutate")


@dataclass(frozen=True)
class Layer:
    """One file of a scenario before it is laid over the one that it extends.

    Parameters
    ----------
    tree
        What it says.
    lines
        Line of each path.
    source
        The file as messages name it.
    path
        The file; None for a text that is no file.
    """

    tree: Tree
    lines: dict[Keys, int]
    source: str
    path: Path | None = None


def find_file(name: str | Path, folder: Path) -> Path:
    """Find a scenario by a shipped scenario's name, or by a path below a folder.

    Raises
    ------
    ValueError
        If there is none; the message says what is wrong and what was perhaps meant.
    """
    shipped = shipped_files()
    if not str(name).strip():
        raise ValueError(f"the name is empty; give a {SUFFIX} file or a shipped scenario: {one_of(shipped)}")
    if str(name) in shipped and not isinstance(name, Path):
        return shipped[str(name)]
    path = folder / name
    try:
        if path.is_file():
            return path
        if path.is_dir():
            raise ValueError(f"{show_value(str(name))} is a folder; give the {SUFFIX} file of a scenario")
        if path.exists():
            raise ValueError(f"{show_value(str(name))} is not an ordinary file")
    except OSError as error:
        raise ValueError(f"{show_value(str(name))} cannot be opened: {error.strerror}") from error
    if str(name).endswith(SUFFIX):
        known = [one.name for one in sorted(path.parent.glob(f"*{SUFFIX}"))] if path.parent.is_dir() else []
        near = did_you_mean(path.name, known) or did_you_mean(str(name).removesuffix(SUFFIX), shipped)
        raise ValueError(f"{show_value(str(name))}: no such file{near}; shipped: {one_of(shipped)}")
    hint = did_you_mean(name, shipped)
    raise ValueError(
        f"{show_value(str(name))} is neither a {SUFFIX} file nor a shipped scenario{hint}; shipped: {one_of(shipped)}"
    )


def read_file(path: Path) -> Layer:
    """Read a scenario file.

    Raises
    ------
    ScenarioError
        If it cannot be opened, is too large, is not UTF-8 text, or is not TOML.
    """
    source = show_file(path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise ScenarioError([f"{source}: cannot be opened: {error.strerror}"]) from error
    if len(content) > LARGEST:
        raise ScenarioError([f"{source}: is larger than {LARGEST // 1_000_000} MB; a scenario is a short text"])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise ScenarioError([f"{source}:{line}: is not text in UTF-8 (byte 0x{byte:02x}); save it as UTF-8"]) from error
    return read_text(text, source, path)


def read_text(text: str, source: str, path: Path | None = None) -> Layer:
    """Read a scenario from a text.

    Raises
    ------
    ScenarioError
        If it is not TOML; TOML's own reader stops at the first mistake, so there is one problem.
    """
    try:
        read = tomllib.loads(text)
        lines = line_index(text)
    except RecursionError as error:
        raise ScenarioError([f"{source}: is nested too deeply to be read"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([_not_toml(str(error), text, source)]) from error
    except ValueError as error:  # Python refuses to read very long numbers
        line = _line_of(text, re.compile(r"[0-9][0-9_]{4299}"))
        raise ScenarioError([f"{source}:{line}: holds a number of too many digits"]) from error
    deep = next((keys for keys in lines if len(keys) > DEEPEST), None)
    if deep:
        what = f"is nested more than {DEEPEST} tables or lists deep"
        raise ScenarioError([f"{source}:{lines[deep]}: {show_path(deep[:3])} ...: {what}"])
    return Layer(plain(read), lines, source, path)


def _line_of(text: str, pattern: re.Pattern[str]) -> int:
    found = pattern.search(text)
    return text.count("\n", 0, found.start() if found else 0) + 1


def _not_toml(message: str, text: str, source: str) -> str:
    """Say where and why a text is not TOML."""
    found = _WHERE.fullmatch(message)
    what, line, column = found.groups() if found else (message, None, None)
    if what.startswith(_TWICE):
        what += ": a key or table is given twice"
    rows = text.rstrip("\n").split("\n")
    number = int(line) if line else len(rows)
    where = f"column {column}" if column else "at the end"
    shown = show_value("".join(rows[number - 1 : number]).strip())
    return f"{source}:{number}: is not TOML ({where} of {shown}): {what[0].lower()}{what[1:]}"
