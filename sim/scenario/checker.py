"""Tables against the classes that they must fit: a whole scenario, or one value that might be put into it."""

import copy
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pydantic import ValidationError

from sim.market.dials import Params
from sim.scenario.english import fill_none, problems_of, unknown
from sim.scenario.grammar import Grammar
from sim.scenario.model import Scenario, file_class
from sim.scenario.places import Problem
from sim.scenario.text import did_you_mean, one_of, show_path
from sim.scenario.tree import Keys, Tree, key_of, put


class Checker:
    """Checks tables key by key, without regard to how they fit together.

    Parameters
    ----------
    behaviours
        Parameters of every behaviour that a scenario may name.
    """

    def __init__(self, behaviours: Mapping[str, type[Params]]) -> None:
        self.model = file_class(behaviours.items())
        self.grammar = _grammar(self.model)

    def check(self, tree: Tree) -> tuple[Scenario | None, list[Problem]]:
        """Return the scenario, or what is wrong with its single values."""
        filled = copy.deepcopy(tree)
        fill_none(filled, self.grammar)
        try:
            return self.model.model_validate_json(json.dumps(filled), strict=True), []
        except ValidationError as error:
            return None, problems_of(error, tree, self.grammar)

    def new_problems(self, tree: Tree, changes: Mapping[Keys, object]) -> list[Problem]:
        """Return what would be wrong with some values if they stood in the scenario, and is not wrong without them."""
        roots = {keys[0] for keys in changes}
        part: Tree = {str(root): copy.deepcopy(tree[root]) for root in roots if root in tree}
        before = set(self.check(part)[1])
        wrong: list[Problem] = []
        for keys, value in changes.items():
            try:
                put(part, keys, value)
            except ValueError as error:
                wrong.append(Problem(keys, str(error)))
        after = (one for one in self.check(part)[1] if one.keys[:1] and one.keys[0] in roots)
        return wrong + [one for one in after if one not in before]

    def locate(self, tree: Tree, keys: Iterable[str]) -> Keys:
        """Return a path as it is in the tree, places in lists as numbers.

        Raises
        ------
        ValueError
            If nothing can stand at the path; the message says what was perhaps meant.
        """
        done: Keys = ()
        there: object = tree
        for name in keys:
            key: str | int = name
            if isinstance(there, list):
                key = key_of(there, name, done)
                there = there[int(key)]
            elif isinstance(there, dict) and name in there:
                there = there[name]
            elif self.grammar.is_named_by_user(done):
                known = there if isinstance(there, dict) else {}
                what = f"there is no {show_path((*done, key))}{did_you_mean(key, known)}"
                raise ValueError(f"{what}; there is {one_of(known)}")
            else:
                there = None
            done = (*done, key)
            if self.grammar.at(done) is None:
                raise ValueError(unknown(done, self.grammar))
        return done


@lru_cache(maxsize=8)
def _grammar(model: type[Scenario]) -> Grammar:
    return Grammar(model.model_json_schema())
