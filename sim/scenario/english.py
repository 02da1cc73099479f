"""What pydantic finds wrong, said in plain English with what is allowed instead."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.scenario.grammar import NONE, Grammar
from sim.scenario.layers import DROP, EXTENDS
from sim.scenario.places import Problem
from sim.scenario.text import did_you_mean, one_of, show_key, show_path, show_value
from sim.scenario.tree import Keys, walk

_KEY = "[key]"
_NOT_A_PROBLEM = "default_factory_not_called"  # a default that waits for other values, which have problems of their own
_TRUTHS = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}


def problems_of(error: ValidationError, tree: object, grammar: Grammar) -> list[Problem]:
    """Translate all that pydantic found.

    Parameters
    ----------
    error
        What it raised for `tree`.
    tree
        The tables that were checked.
    grammar
        What is allowed in them.

    Returns
    -------
    list of Problem
        One for each path. What a table as a whole gets wrong is left out while anything in it is wrong.
    """
    found: dict[Keys, Problem] = {}
    whole: dict[Keys, Problem] = {}
    for detail in error.errors(include_url=False):
        if detail["type"] == _NOT_A_PROBLEM:
            continue
        keys, value = _trim(detail, tree)
        is_whole = detail["type"] == "value_error"
        into = whole if is_whole else found
        into.setdefault(keys, Problem(keys, _say(detail, keys, value, grammar), whole=is_whole))
    inner = {keys: one for keys, one in whole.items() if not any(other[: len(keys)] == keys for other in found)}
    return [*found.values(), *inner.values()]


def _trim(detail: ErrorDetails, tree: object) -> tuple[Keys, object]:
    """Cut off what pydantic adds to a path, such as the member of a union it tried; return what stands there too."""
    node: Any = tree
    loc = detail["loc"]
    for done, key in enumerate(loc):
        entries = node if isinstance(node, dict) else dict(enumerate(node)) if isinstance(node, list) else {}
        if key not in entries:
            return loc[: done + (detail["type"] == "missing")], node
        node = entries[key]
    return loc, node


def _say(detail: ErrorDetails, keys: Keys, value: object, grammar: Grammar) -> str:
    match detail["type"]:
        case "extra_forbidden":
            return unknown(keys, grammar)
        case "missing":
            return f"is missing; must be {grammar.allowed(keys)}"
        case "value_error":
            return detail["msg"].removeprefix("Value error, ")
        case "too_short" | "too_long" if isinstance(value, dict | list):
            entries = "1 entry" if len(value) == 1 else f"{len(value)} entries"
            return f"has {entries}; must be {grammar.allowed(keys)}"
    if detail["loc"][-1:] == (_KEY,):
        known = grammar.names(keys[:-1])
        return unknown(keys, grammar) if known else f"is not a name that is allowed; must be {grammar.name(keys[:-1])}"
    return f"is {show_value(value)}; must be {grammar.allowed(keys)}{nearest_value(keys, value, grammar)}"


def unknown(keys: Keys, grammar: Grammar) -> str:
    """Say that a key is not known where it stands, and which are."""
    known = grammar.names(keys[:-1]) + ([EXTENDS, DROP] if len(keys) == 1 else [])
    hint = did_you_mean(keys[-1], known) or _elsewhere(keys, grammar)
    return f"unknown key {show_key(keys[-1])}{hint}; allowed here: {one_of(known)}"


def _elsewhere(keys: Keys, grammar: Grammar) -> str:
    """Name the place where a key that is unknown here would be known."""
    for name in grammar.names(()):
        if keys[-1] in grammar.names((name,)):
            return f" (did you mean {show_path((name, keys[-1]))}?)"
    return ""


def nearest_value(keys: Keys, value: object, grammar: Grammar) -> str:
    """Return ` (did you mean ...?)` if an allowed value is near one that is not."""
    node = grammar.at(keys) or {}
    kind = grammar.solid(node).get("type")
    if isinstance(value, float) and kind == "integer" and value.is_integer() and abs(value) < 1e9:
        return f" (did you mean {int(value)}?)"
    if not isinstance(value, str):
        return ""
    meant = show_value([value]) if kind == "array" else _TRUTHS.get(value.lower()) if kind == "boolean" else None
    if meant is not None:
        return f" (did you mean {meant}?)"
    if kind in {"integer", "number"} and _is_number(value):
        return f" (did you mean {value.strip()}, without quotes?)"
    if kind in {"integer", "number"} and grammar.can_be_none(node):
        return did_you_mean(value, [NONE])
    return did_you_mean(value, grammar.solid(node).get("enum", ()))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def fill_none(tree: dict[str, Any], grammar: Grammar) -> None:
    """Put Python's None, in place, wherever a value may be missing and the file says so."""
    for keys, value in list(walk(tree)):
        if value == NONE:
            node = grammar.at(keys)
            if node is not None and grammar.can_be_none(node):
                around: Any = tree
                for key in keys[:-1]:
                    around = around[key]
                around[keys[-1]] = None
