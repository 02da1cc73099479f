"""Values given from outside of the files, as `--set PATH=VALUE` on the command line or as a mapping in Python."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sim.scenario.layers import DROP, EXTENDS, Draft
from sim.scenario.places import Place, Problem
from sim.scenario.text import did_you_mean, one_of, show_key, show_value
from sim.scenario.tree import plain, put, split_path, table

OPTION = "--set"
_LAST = 1_000_000  # wins over any file

NAMED = ("brands", "retailers", "arms", "uncertain", "sweep")
"""Tables whose entries have names of the user's own."""

Overrides = Mapping[str, Any] | Sequence[str]


def apply_overrides(draft: Draft, overrides: Overrides) -> list[Problem]:
    """Lay values from outside over a draft, in place; whether a value is allowed is checked with all others.

    Parameters
    ----------
    draft
        The scenario so far.
    overrides
        Either `PATH=VALUE` texts, whose values are read as TOML and bare words as texts; or paths with their values.

    Returns
    -------
    list of Problem
        Texts that cannot be read and paths that cannot be followed.
    """
    problems: list[Problem] = []
    overrides = [overrides] if isinstance(overrides, str) else overrides
    pairs = overrides.items() if isinstance(overrides, Mapping) else ((text, None) for text in overrides)
    where = Place(_LAST, 0, "" if isinstance(overrides, Mapping) else OPTION)
    for text, given in pairs:
        try:
            path, value = (text, plain(given)) if isinstance(overrides, Mapping) else parse_override(plain(text))
            keys = split_path(path)
        except ValueError as error:
            problems.append(Problem((), f"{show_value(text)}: {error}", where))
            continue
        problem = _apply(draft, keys, value, where)
        if problem:
            problems.append(replace(problem, place=where))
    return problems


def parse_override(text: str) -> tuple[str, Any]:
    """Cut `PATH=VALUE` in two and read the value.

    Raises
    ------
    ValueError
        If there is no `=`, no value, or a value that is neither TOML nor a bare word.
    """
    quote = ""
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "=":
            return text[:at].strip(), _value(text[at + 1 :].strip())
    raise ValueError("not of the form PATH=VALUE, as in brands.acme.price=4.5")


def _value(text: str) -> Any:  # noqa: ANN401 - any value that TOML knows
    if not text:
        raise ValueError('without a value after the =; write "" for an empty text')
    try:
        read = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError) as error:
        if text[0].isalpha():
            return text
        raise ValueError('not PATH=VALUE with a value of TOML; put quotes around a text: title="5 %"') from error
    if list(read) != ["value"]:
        raise ValueError("more than one value; give --set once for each")
    return plain(read["value"])


def _apply(draft: Draft, keys: tuple[str, ...], value: object, where: Place) -> Problem | None:
    """Set one value; return what is wrong with its path, if anything is."""
    if keys[0] in {EXTENDS, DROP}:
        return Problem(keys, "can only be said in a file")
    if keys[0] in NAMED and len(keys) > 2:
        there = table(draft.tree, keys[0])
        if keys[1] not in there:
            whole = f"{show_key(keys[0])}.{show_key(keys[1])}"
            what = f"there is no {whole}{did_you_mean(keys[1], there)}; there is {one_of(there)}"
            return Problem(keys, f"{what}; a new one is given whole, as {whole}={{ ... }}")
    try:
        replaced = put(draft.tree, keys, value)
    except ValueError as error:
        return Problem(keys, str(error))
    draft.say(replaced, dict.fromkeys(replaced, where))
    for length in range(1, len(keys)):
        draft.places.setdefault(keys[:length], where)
    return None
