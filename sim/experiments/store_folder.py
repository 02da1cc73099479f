"""A folder that appears whole or not at all: made under a hidden name beside it, synced, and then renamed."""

import hashlib
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import ResultError

_CHUNK = 1 << 20


@contextmanager
def whole_folder(folder: Path, allowed: Collection[str]) -> Iterator[Path]:
    """Give a new, empty folder to write in, and put it in the place of `folder` if nothing goes wrong.

    An exception or an interrupt on the way removes what was written and leaves the old folder as it was.

    Parameters
    ----------
    folder
        Where the folder will be; one that is there already is replaced.
    allowed
        Names that a folder to be replaced may hold, so that nobody's own files are ever removed.

    Raises
    ------
    ResultError
        If `folder` holds other files or cannot be written.
    """
    folder = folder.absolute()
    part = folder.with_name(f".{folder.name}.part-{os.getpid()}")
    _refuse_foreign(folder, allowed)
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        _sync(part)
        _put_in_place(part, folder)
    except OSError as error:
        raise ResultError(f"{folder}: cannot be written ({error}); choose another folder with --out") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def files_below(folder: Path) -> list[Path]:
    """List all files below a folder, sorted by path."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _refuse_foreign(folder: Path, allowed: Collection[str]) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ResultError(f"{folder}: is a file; choose another folder with --out")
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in allowed and path.name[0] != ".")
    if foreign:
        raise ResultError(
            f"{folder}: holds {foreign[0]}, which is no part of a result; move it or choose another --out"
        )


def _sync(folder: Path) -> None:
    """Have the system put files and folders on the disk, so that a power cut cannot leave them half there."""
    for path in files_below(folder):
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        _sync_entries(path)


def _sync_entries(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder
        return
    entries = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entries)
    finally:
        os.close(entries)


def _put_in_place(part: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}.old-{os.getpid()}")
    try:
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
    _sync_entries(folder.parent)
    shutil.rmtree(old, ignore_errors=True)
