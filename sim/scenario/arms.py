"""Rules of the arms: what may change, and when."""

from collections.abc import Iterator

from sim.market.spec import Intervention
from sim.scenario.checker import Checker
from sim.scenario.model import Scenario
from sim.scenario.places import Problem
from sim.scenario.rules import negative_spend, no_such, number
from sim.scenario.text import show_path, show_value
from sim.scenario.tree import Keys, Tree, split_path, table

CHANGEABLE = ("behaviours", "retailers")
"""Tables outside of the brands that may change while the market runs."""

_FIXED_OF_A_BRAND = ("share", "label")
_FIXED_ELSEWHERE = ("on", "label")
_FIXED = "is fixed when the market is built and cannot change on the timeline"


def arm_problems(tree: Tree, checker: Checker) -> Iterator[Problem]:
    """Find what does not fit together in the arms; single values are checked elsewhere."""
    arms = table(tree, "arms")
    for key in arms:
        items = table(arms, key).get("interventions")
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                yield from _Change(("arms", key, "interventions", index), item, tree, checker).problems()


class _Change:
    """One intervention that is being judged."""

    def __init__(self, keys: Keys, item: Tree, tree: Tree, checker: Checker) -> None:
        self.keys, self.item, self.tree, self.checker = keys, item, tree, checker
        self.brands = table(tree, "brands")
        self.brand = item.get("brand")

    def problems(self) -> Iterator[Problem]:
        """Find all that is wrong with it."""
        if isinstance(self.brand, str) and self.brands and self.brand not in self.brands:
            yield Problem((*self.keys, "brand"), no_such("brand", self.brand, self.brands))
        yield from self._week_problems()
        yield from self._spend_problems()
        yield from self._set_problems()
        known = self.item.keys() <= Intervention.model_fields.keys()  # else `set` may only be misspelled
        if known and not self.item.get("set") and not self.item.get("spend"):
            yield Problem(self.keys, "changes nothing; give it `set` or `spend`")

    def _week_problems(self) -> Iterator[Problem]:
        weeks = number(self.tree.get("weeks", Scenario.model_fields["weeks"].default))
        begin, end = number(self.item.get("from_week", 0)), number(self.item.get("to_week"))
        weeks = None if weeks is not None and weeks < 1 else weeks  # that is told already
        if begin is not None and weeks is not None and begin >= weeks:
            yield Problem((*self.keys, "from_week"), f"is {begin}, after the end; must be below weeks ({weeks})")
        if end is not None and weeks is not None and end > weeks:
            yield Problem((*self.keys, "to_week"), f"is {end}, after the end; must be at most weeks ({weeks})")
        if end is not None and begin is not None and end <= begin:
            yield Problem((*self.keys, "to_week"), f"is {end}; must be above from_week ({begin})")

    def _spend_problems(self) -> Iterator[Problem]:
        spend = table(self.item, "spend")
        if spend and self.brand is None:
            yield Problem((*self.keys, "spend"), "money is spent by a brand; name it in `brand`")
        for lever, money in spend.items():
            if (number(money) or 0) < 0:
                yield negative_spend((*self.keys, "spend", lever), money)

    def _set_problems(self) -> Iterator[Problem]:
        """Try the new values together, since they may only make sense together."""
        changes: dict[Keys, object] = {}
        written: dict[Keys, str] = {}
        for path, value in table(self.item, "set").items():
            at = (*self.keys, "set", path)
            if isinstance(value, dict):
                inner = show_path((path, *list(value)[:1]))
                yield Problem(at, f'put quotes around the path: "{inner}" = ...', covers=True)
                continue
            if isinstance(value, list):
                yield Problem(at, f"is {show_value(value)}; lists are {_FIXED.removeprefix('is ')}", covers=True)
                continue
            try:
                keys = self._locate(path)
            except ValueError as error:
                yield Problem(at, str(error))
                continue
            if keys:
                changes[keys], written[keys] = value, path
        for problem in self.checker.new_problems(self.tree, changes) if changes else ():
            near = next((path for keys, path in written.items() if keys[: len(problem.keys)] == problem.keys), None)
            yield Problem((*self.keys, "set", *([near] if near else [])), problem.what)

    def _locate(self, path: str) -> Keys:
        """Return the full path of what `set` names; an empty one below a brand that is not there.

        Raises
        ------
        ValueError
            If there is no such thing, or it cannot change.
        """
        names = split_path(path)
        if self.brand is not None:
            if not isinstance(self.brand, str) or self.brand not in self.brands:
                return ()
            keys = self.checker.locate(self.tree, ("brands", self.brand, *names))
            if keys[2] in _FIXED_OF_A_BRAND or self._is_built(keys):
                raise ValueError(_FIXED)
            return keys
        keys = self.checker.locate(self.tree, names)
        if keys[0] == "brands" and len(keys) > 2:
            inner = show_path(keys[2:])
            raise ValueError(f'without `brand` only the market changes; write brand = "{keys[1]}" and {inner} here')
        if keys[0] not in CHANGEABLE or (len(keys) == 3 and keys[2] in _FIXED_ELSEWHERE):
            raise ValueError(_FIXED)
        if self._is_built(keys):
            raise ValueError(_FIXED)
        return keys

    def _is_built(self, keys: Keys) -> bool:
        """Tell whether a number is used only when the market is built."""
        return bool((self.checker.grammar.at(keys) or {}).get("built"))
