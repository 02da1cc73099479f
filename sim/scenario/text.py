"""How keys, paths and values are written: as TOML writes them, so that they can be copied into a file."""

import difflib
import json
from collections.abc import Iterable, Mapping, Set
from itertools import islice
from typing import Any

from sim.scenario.tree import BARE, Keys

MOST = 60
"""Characters of a value that a message shows."""


def show_key(key: str | int) -> str:
    """Write one part of a path, in quotes if it needs them."""
    key = str(key)
    return key if BARE.fullmatch(key) else quote(key)


def show_path(keys: Keys) -> str:
    """Write a path so that `split_path` reads it again; entries of lists are counted from 0."""
    return ".".join(map(show_key, keys))


def quote(text: str) -> str:
    """Write a text as TOML does, on one line and without characters that a terminal would act on."""
    return "".join(char if char.isprintable() else _escape(char) for char in json.dumps(text, ensure_ascii=False))


def _escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def write_value(value: Any) -> str:  # noqa: ANN401 - any value that TOML knows
    """Write a value as TOML on one line; floats so that they are read back to the last bit."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return quote(value)
        case Mapping():
            inner = ", ".join(f"{show_key(key)} = {write_value(one)}" for key, one in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            return f"[{', '.join(map(write_value, value))}]"
    raise TypeError(f"TOML has no way to write a {type(value).__name__}")


def show_value(value: object) -> str:
    """Write a value for a message, cut after some 60 characters."""
    if isinstance(value, Mapping):
        value = dict(islice(value.items(), 8))
    elif isinstance(value, list | tuple | str):
        value = value[: 2 * MOST]
    written = write_value(value)
    return written if len(written) <= MOST else written[: MOST - 4].rstrip() + " ..."


def show_number(number: float) -> str:
    """Write a bound, with its thousands set apart as TOML allows."""
    is_whole = isinstance(number, int) or (number.is_integer() and abs(number) < 1e15)
    return f"{int(number):_}" if is_whole else repr(number)


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return ` (did you mean ...?)` if a known word is near, else nothing; of words as near, one about as long."""
    written = str(word)[:MOST].lower()
    near = difflib.get_close_matches(written, list(known), n=3, cutoff=0.6)

    def likeness(one: str) -> float:
        ratio = difflib.SequenceMatcher(None, one, written).ratio()
        return ratio - 0.05 * abs(len(one) - len(written))

    return f" (did you mean {_word(max(near, key=likeness))}?)" if near else ""


def one_of(words: Iterable[str]) -> str:
    """List words that are allowed, if they are not too many."""
    listed = sorted(words) if isinstance(words, Set) else list(words)
    more = [f"... ({len(listed)} in all)"] if len(listed) > MOST else []
    return ", ".join([*map(_word, listed[:MOST]), *more]) or "nothing"


def _word(word: str) -> str:
    return word if word.isprintable() and word else quote(word)
