"""Behaviours from folders that the user names: found, or one clear error that names the file and the line."""

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import ContractError, SimError, UsageError

if TYPE_CHECKING:
    from sim.market.dials import Params
    from sim.market.week import Behaviour


def behaviours_of(folders: Sequence[Path]) -> "dict[str, Behaviour] | None":
    """Return all behaviours if there are further folders, else None for those that ship.

    Raises
    ------
    UsageError
        If a folder is not there, or a file in it cannot be read as Python, fails, or holds no sound behaviour.
    """
    if not folders:
        return None
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"--behaviours {folder}: {'is a file' if folder.exists() else 'no such folder'}; "
                             "must be a folder of Python files")  # fmt: skip
    from sim.market.dials import Params
    from sim.market.week import discover

    try:
        found = discover(folders)
    except ContractError as error:
        raise UsageError(f"--behaviours {', '.join(map(str, folders))}: {error}") from error
    except SimError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(_told(error, folders)) from error
    for name, behaviour in found.items():
        if not (isinstance(behaviour.params, type) and issubclass(behaviour.params, Params)):
            raise UsageError(f"--behaviours: {name}: params is {behaviour.params!r}; must be a class made from Params")
    return found


def classes_of(found: "Mapping[str, Behaviour] | None") -> "dict[str, type[Params]] | None":
    """Return the parameters of behaviours by name."""
    return None if found is None else {name: behaviour.params for name, behaviour in found.items()}


def _told(error: BaseException, folders: Sequence[Path]) -> str:
    """Say what went wrong while behaviour files were read, and in which of their lines."""
    what = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}: not Python: {error.msg}"
    theirs = [folder.resolve() for folder in folders]
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if any(path.resolve().is_relative_to(folder) for folder in theirs):
            return f"{path}:{frame.lineno}: {what}"
    return f"--behaviours {', '.join(map(str, folders))}: {what}"
