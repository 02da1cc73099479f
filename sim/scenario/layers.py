"""A scenario and all that it extends, laid over each other into one table that knows where each value came from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import ScenarioError
from sim.scenario.places import Place, Places, Problem, tell
from sim.scenario.read import Layer, find_file, read_file
from sim.scenario.text import did_you_mean, one_of, show_path, show_value
from sim.scenario.tree import Keys, Tree, merge, split_path, table

EXTENDS = "extends"
DROP = "drop"
MUST = 'a scenario must extend another (extends = "markets/base") or define two brands'


@dataclass
class Draft:
    """A scenario before it is checked.

    Parameters
    ----------
    tree
        All values, those of the extending files laid over those of the extended.
    places
        The file and line that said each of them.
    sources
        Files read, the base first.
    """

    tree: Tree = field(default_factory=dict)
    places: Places = field(default_factory=dict)
    sources: tuple[Path, ...] = ()

    def say(self, replaced: Iterable[Keys], places: Places) -> None:
        """Take note of who said what: forget it for all that was replaced, then add the new places."""
        gone = set(replaced)
        kept = {keys: place for keys, place in self.places.items() if not _within(keys, gone)}
        self.places = kept | places


def lay(last: Layer) -> Draft:
    """Read all that a scenario extends, and lay them over each other.

    Tables merge key by key; lists and single values replace. A file may take away what it inherits by listing paths in
    `drop`: they are gone before its own values are laid over the rest.

    Raises
    ------
    ScenarioError
        If a file is empty, missing or unreadable, if it extends itself in the end, or if a path to drop is not there.
    """
    chain = _chain(last)
    draft = Draft(sources=tuple(layer.path for layer in chain if layer.path))
    problems: list[Problem] = []
    for rank, layer in enumerate(chain):
        places = {keys: Place(rank, line, layer.source) for keys, line in layer.lines.items()}
        places[()] = Place(rank, 1, layer.source)
        problems += _drop(draft, layer.tree.get(DROP, []), places)
        own = {key: value for key, value in layer.tree.items() if key not in {EXTENDS, DROP}}
        draft.say(merge(draft.tree, own), places)
    if problems:
        raise ScenarioError(tell(problems, {}))
    return draft


def _within(keys: Keys, replaced: set[Keys]) -> bool:
    return any(keys[:length] in replaced for length in range(1, len(keys) + 1))


def _chain(layer: Layer) -> list[Layer]:
    """Read what a layer extends, and what that extends, and so on; the base comes first."""
    chain = [layer]
    while EXTENDS in layer.tree:
        name = layer.tree[EXTENDS]
        where = f"{layer.source}:{layer.lines.get((EXTENDS,), 1)}: {EXTENDS}"
        if not isinstance(name, str):
            raise ScenarioError([f"{where}: is {show_value(name)}; must be the name or file of a scenario, as a text"])
        try:
            path = find_file(name, layer.path.parent if layer.path else Path())
        except ValueError as error:
            raise ScenarioError([f"{where}: {error}"]) from error
        seen = [one.path.resolve() for one in chain if one.path]
        layer = read_file(path)
        chain.insert(0, layer)
        if path.resolve() in seen:
            loop = " -> ".join(one.source for one in reversed(chain))
            raise ScenarioError([f"{where}: goes round in a loop: {loop}"])
    if not layer.tree:
        raise ScenarioError([f"{layer.source}:1: is empty; {MUST}"])
    return chain


def _drop(draft: Draft, wanted: object, places: Places) -> list[Problem]:
    """Take inherited entries away; return what is wrong with the list of their paths."""
    if not isinstance(wanted, list) or not all(isinstance(path, str) for path in wanted):
        what = f'is {show_value(wanted)}; must be a list of inherited paths, such as drop = ["brands.acme"]'
        return [Problem((DROP,), what, places.get((DROP,)))]
    problems = []
    for index, path in enumerate(wanted):
        where = places.get((DROP, index))
        try:
            keys = split_path(path)
        except ValueError as error:
            problems.append(Problem((DROP, index), f"{show_value(path)} is {error}", where))
            continue
        around = table(draft.tree, *keys[:-1])
        if keys[-1] not in around:
            what = f"nothing inherited is called {show_value(path)}{_nearest(draft.tree, keys)}"
            problems.append(Problem((DROP, index), what, where))
            continue
        del around[keys[-1]]
        draft.say([keys], {keys[:-1]: where} if where else {})
    return problems


def _nearest(tree: Tree, keys: tuple[str, ...]) -> str:
    """Say what a path that is not there could have been."""
    for length, key in enumerate(keys):
        around = table(tree, *keys[:length])
        if key not in around:
            where = show_path(keys[:length])
            hint = did_you_mean(key, around)
            return f"{hint}; {f'in {where} there is' if where else 'there is'} {one_of(around)}"
    return ""
