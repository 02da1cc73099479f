"""The one door to the compiler: kernels are cached in a folder named by a hash of the sources they are made of."""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""An array of any type, as kernels take them."""

Lane: TypeAlias = Any
"""A number inside a kernel, which Python's types do not describe."""

Word = np.uint64
"""A 32-bit word in a 64-bit lane, as the generator wants it."""

F = TypeVar("F", bound=Callable[..., Any])

FLOAT_RULES = {"contract", "nsz", "arcp", "afn"}
"""Liberties with floating point that keep NaN and infinity and do not reorder sums."""


def source_hash() -> str:
    """Return a hash of every source file that can end up inside a kernel."""
    digest = hashlib.sha256(f"{numba.__version__} {sys.version_info[:2]}".encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return where compiled kernels are kept: `$SHOPPERS_CACHE`, else the user's cache folder."""
    base = os.environ.get("SHOPPERS_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "expert-shoppers" / f"kernels-{source_hash()}"


def is_compiled() -> bool:
    """Say whether an earlier run has left its kernels in the cache."""
    folder = cache_folder()
    return folder.is_dir() and (folder / "complete").exists()


def mark_compiled() -> None:
    """Leave a note that a whole week has been compiled; a cache that cannot be written is no error."""
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        (cache_folder() / "complete").touch()
    except OSError:
        return


if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(cache_folder())


def kernel(function: F) -> F:
    """Compile a loop over shoppers: no interpreter lock, cached, no rearranged sums."""
    return numba.njit(nogil=True, cache=True, fastmath=FLOAT_RULES, error_model="numpy")(function)


def formula(function: F) -> F:
    """Compile a small function that kernels call; it is copied into them."""
    return numba.njit(inline="always", fastmath=FLOAT_RULES, error_model="numpy")(function)
