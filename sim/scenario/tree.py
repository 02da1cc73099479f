"""Paths into nested tables: how they are written, read and followed."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

Keys = tuple[str | int, ...]
"""A path in parts: names of tables and keys, and places in lists counted from 0."""

Tree = dict[str, Any]
"""A scenario as it is read from TOML, before it is checked."""

DEEPEST = 40
"""Tables within tables beyond which nobody meant it."""

BARE = re.compile(r"[A-Za-z0-9_-]+")
_PART = re.compile(r"""\s*(?:("(?:[^"\\]|\\.)*"|'[^']*')|([^\s."'=]+))\s*""")


def split_path(text: str) -> tuple[str, ...]:
    """Cut `a.b."c.d"` into its parts; parts that hold dots are quoted, as in TOML.

    Raises
    ------
    ValueError
        If it is no path; the message says what one looks like.
    """
    parts: list[str] = []
    at = 0
    while True:
        found = _PART.match(text, at)
        if found is None:
            raise ValueError("not a path; write one like brands.acme.price, with quotes around parts that hold dots")
        quoted, bare = found.groups()
        parts.append(bare if quoted is None else unquote(quoted))
        at = found.end()
        if at == len(text) and len(parts) <= DEEPEST:
            return tuple(parts)
        if len(parts) > DEEPEST:
            raise ValueError(f"a path of more than {DEEPEST} parts")
        if text[at] != ".":
            raise ValueError("not a path; its parts are joined by dots, as in brands.acme.price")
        at += 1


def unquote(quoted: str) -> str:
    """Return what a quoted TOML key or text stands for.

    Raises
    ------
    ValueError
        If it holds an escape that TOML does not know.
    """
    return str(tomllib.loads(f"key = {quoted}")["key"])


def table(node: object, *keys: str | int) -> Tree:
    """Return the table at a path below a node; an empty one if there is none."""
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}


def walk(node: object, at: Keys = ()) -> Iterator[tuple[Keys, object]]:
    """Yield every path below a node with what is there, outer before inner."""
    inner: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield (*at, key), value
        yield from walk(value, (*at, key))


def merge(into: Tree, new: Mapping[str, Any], at: Keys = ()) -> list[Keys]:
    """Lay one table over another, in place: tables merge key by key, all else replaces.

    Returns
    -------
    list
        Paths of what was replaced as a whole.
    """
    replaced: list[Keys] = []
    for key, value in new.items():
        old = into.get(key)
        if isinstance(old, dict) and isinstance(value, Mapping):
            replaced += merge(old, value, (*at, key))
        else:
            into[key] = value
            replaced.append((*at, key))
    return replaced


def put(tree: Tree, keys: Keys, value: object) -> list[Keys]:
    """Set one value in place, making the tables on its way; a table is laid over the one that is there.

    Returns
    -------
    list
        Paths of what was replaced, places in lists as numbers.

    Raises
    ------
    ValueError
        If something on the way is neither a table nor a list with such a place.
    """
    node: Any = tree
    done: Keys = ()
    for name in keys[:-1]:
        key = key_of(node, name, done)
        if isinstance(node, dict):
            node.setdefault(key, {})
        node = node[key]
        done = (*done, key)
    last = key_of(node, keys[-1], done)
    done = (*done, last)
    if isinstance(value, dict) and isinstance(node, dict) and isinstance(node.get(last), dict):
        return merge(node[last], value, done)
    node[last] = value
    return [done]


def key_of(node: object, name: str | int, at: Keys) -> str | int:
    """Return a name as the key that a table or a list has for it."""
    if isinstance(node, dict):
        return name
    places = {str(place): place for place in range(len(node))} if isinstance(node, list) else {}
    if str(name) not in places:
        what = f"a list of {len(places)}, counted from 0" if isinstance(node, list) else "a single value"
        raise ValueError(f"there is no {name} in {'.'.join(map(str, at))}, which is {what}")
    return places[str(name)]


def plain(value: object, room: int = DEEPEST) -> Any:  # noqa: ANN401 - any value that TOML knows
    """Return a value made only of tables, lists, texts, truth values and numbers of 64 bits.

    Dates become texts and whole numbers beyond 64 bits become floats, so that they are judged and shown like other
    values; tuples and arrays of numbers become lists.

    Raises
    ------
    ValueError
        If it is nested too deeply, or of a kind that TOML does not have.
    """
    if room < 0:
        raise ValueError(f"nested more than {DEEPEST} tables or lists deep")
    if hasattr(value, "tolist"):  # numbers and arrays of NumPy
        value = value.tolist()
    match value:
        case bool() | float():
            return value
        case int():
            return value if -(2**63) <= value < 2**63 else _as_float(value)
        case str() | date() | time():
            return _text(value if isinstance(value, str) else value.isoformat())
        case Mapping():
            return {_text(str(key)): plain(one, room - 1) for key, one in value.items()}
        case list() | tuple():
            return [plain(one, room - 1) for one in value]
    raise ValueError(f"a {type(value).__name__} cannot be written in a scenario")


def _text(value: str) -> str:
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("holds bytes that are not text in UTF-8")
    return value


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
