"""Rules of `uncertain` and `sweep`: their paths must lead somewhere, and their values must be allowed there."""

from collections.abc import Iterator

from sim.scenario.checker import Checker
from sim.scenario.model import MOST_VALUES
from sim.scenario.places import Problem
from sim.scenario.rules import number
from sim.scenario.text import show_path, show_value
from sim.scenario.tree import Keys, Tree, split_path, table

_NOT_VARIED = ("title", "question", "uncertain", "sweep")


def range_problems(tree: Tree, checker: Checker) -> Iterator[Problem]:
    """Find what is wrong with the paths and values of `uncertain` and `sweep`."""
    uncertain, sweep = table(tree, "uncertain"), table(tree, "sweep")
    for path, bounds in uncertain.items():
        if isinstance(bounds, dict):
            yield from _uncertain_problems(path, bounds, tree, checker)
    for path, values in sweep.items():
        if isinstance(values, dict):
            yield _unquoted("sweep", path, values, "[ ... ]")
        elif isinstance(values, list):
            yield from _sweep_problems(path, values, tree, checker)
            if path in uncertain:
                yield Problem(("sweep", path), "is in `uncertain` too; a number is either swept or sampled")


def _uncertain_problems(path: str, bounds: Tree, tree: Tree, checker: Checker) -> Iterator[Problem]:
    at = ("uncertain", path)
    if bounds and not bounds.keys() & {"low", "high"}:
        yield _unquoted("uncertain", path, bounds, "{ low = ..., high = ... }")
        return
    try:
        keys = _locate(path, tree, checker)
    except ValueError as error:
        yield Problem(at, str(error))
        return
    low, high = number(bounds.get("low")), number(bounds.get("high"))
    for end, value in (("low", low), ("high", high)):
        for problem in checker.new_problems(tree, {keys: value}) if value is not None else ():
            yield Problem((*at, end), problem.what)
    if low is not None and high is not None and low >= high:
        yield Problem((*at, "high"), f"is {show_value(high)}; must be above low ({show_value(low)})")


def _sweep_problems(path: str, values: list[object], tree: Tree, checker: Checker) -> Iterator[Problem]:
    at: Keys = ("sweep", path)
    try:
        keys = _locate(path, tree, checker)
    except ValueError as error:
        yield Problem(at, str(error))
        return
    for index, value in enumerate(values[:MOST_VALUES]):
        if isinstance(value, dict | list):
            continue
        for problem in checker.new_problems(tree, {keys: value}):
            yield Problem((*at, index), problem.what)
        if value in values[:index]:
            yield Problem((*at, index), f"is {show_value(value)}, which is in the list already")


def _locate(path: str, tree: Tree, checker: Checker) -> Keys:
    keys = checker.locate(tree, split_path(path))
    if keys[0] in _NOT_VARIED:
        raise ValueError(f"{keys[0]} is not a number of the market, it cannot vary")
    if keys[0] == "brands" and keys[2:] == ("share",):
        raise ValueError("one share alone cannot vary, since all shares sum to 1")
    return keys


def _unquoted(name: str, path: str, inner: Tree, like: str) -> Problem:
    """Say that a path in front of a value was taken for tables in tables."""
    whole = [path]
    node: object = inner
    while isinstance(node, dict) and node and not node.keys() & {"low", "high"}:
        key = next(iter(node))
        whole.append(key)
        node = node[key]
    return Problem((name, path), f'put quotes around the path: "{show_path(tuple(whole))}" = {like}', covers=True)
