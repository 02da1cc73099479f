"""A scenario as TOML: everything it says or leaves to a default, such that reading it gives the same scenario."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from pydantic import BaseModel

from sim.scenario.grammar import NONE
from sim.scenario.model import Scenario
from sim.scenario.text import show_path, write_value
from sim.scenario.tree import Keys, Tree

_FIRST = ("title", "question", "focal", "weeks", "burn_in", "run_off_weeks", "shoppers", "replicates", "seed")


def to_toml(scenario: Scenario) -> str:
    """Write a scenario with all its defaults as a TOML text.

    The same scenario always gives the same text; a number reads back to the last bit.
    """
    tree = as_tree(scenario)
    ordered = {key: tree[key] for key in (*_FIRST, *tree) if key in tree}
    return "\n".join(_lines(ordered, ())).strip() + "\n"


def as_tree(scenario: Scenario) -> Tree:
    """Return a scenario as nested tables, as if they had been read from a file."""
    tree: Tree = _plain(scenario)
    return tree


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of a field
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        said = {name: getattr(value, name) for name in fields}
        return {
            name: NONE if one is None else _plain(one)
            for name, one in said.items()
            if one not in (None, {}) or fields[name].get_default(call_default_factory=True) != one
        }
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, Enum) else value


def _lines(tree: Tree, at: Keys) -> Iterator[str]:
    """Write a table: its single values, then the tables in it, then the lists of tables."""
    tables = {key: value for key, value in tree.items() if isinstance(value, dict)}
    lists = {key: value for key, value in tree.items() if _is_list_of_tables(value)}
    if at and (tables.keys() | lists.keys() != tree.keys() or not tree):  # else its header says nothing
        yield f"\n[{show_path(at)}]"
    for key, value in tree.items():
        if key not in tables and key not in lists:
            yield f"{show_path((key,))} = {write_value(value)}"
    for key, value in tables.items():
        yield from _lines(value, (*at, key))
    for key, entries in lists.items():
        for entry in entries:
            yield f"\n[[{show_path((*at, key))}]]"
            for name, value in entry.items():
                yield f"{show_path((name,))} = {write_value(value)}"


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)
