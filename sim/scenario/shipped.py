"""The scenarios that come with the program: where they are and what they are called."""

import os
from pathlib import Path

import sim

SUFFIX = ".toml"


def shipped_folder() -> Path:
    """Return the folder of the shipped scenarios: inside an installed package, or else beside it in a clone."""
    package = Path(sim.__file__).parent
    inside = package / "_scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def shipped_files() -> dict[str, Path]:
    """Return every shipped scenario's file by its name, such as `markets/base`, sorted."""
    folder = shipped_folder()
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob(f"*{SUFFIX}"))}


def name_of(path: Path) -> str:
    """Return the name of a scenario by its file: as shipped, or else the file's name without its ending."""
    folder = shipped_folder().resolve()
    full = path.resolve()
    return full.relative_to(folder).with_suffix("").as_posix() if full.is_relative_to(folder) else path.stem


def show_file(path: Path) -> str:
    """Write a file's path for a message: from the current folder if it is below it, else in full."""
    full = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow links, and the user wrote the link
    here = Path.cwd()
    return str(full.relative_to(here)) if full.is_relative_to(here) else str(full)
