"""Rules of matched costs: to what an arm is matched, and what of it can be scaled until it costs the same."""

from collections.abc import Iterable, Iterator

from sim.scenario.checker import Checker
from sim.scenario.grammar import NONE
from sim.scenario.model import BASELINE, BUDGET
from sim.scenario.places import Problem
from sim.scenario.rules import NEAR_ONE, no_such, number
from sim.scenario.scales import SPEND, parts_of_cost, usual_scales
from sim.scenario.text import did_you_mean, one_of, show_value
from sim.scenario.tree import Keys, Tree, split_path, table

_TO_SCALE = "`spend`, as weights, or `set` its price or scheme.reward_rate"


def match_problems(tree: Tree, checker: Checker) -> Iterator[Problem]:
    """Find what is wrong with the budget and with every arm that is matched to something."""
    arms = table(tree, "arms")
    if BUDGET in arms:
        yield Problem(("arms", BUDGET), f"{BUDGET} is what arms are matched to by that name; call the arm otherwise")
    goals = [table(arms, key).get("cost_matched_to") for key in arms]
    misspelled = any(isinstance(goal, str) and goal not in arms for goal in goals)  # that is told already
    if number(tree.get(BUDGET)) is not None and BUDGET not in goals and not misspelled:
        yield Problem((BUDGET,), f'no arm is matched to it; give at least one arm cost_matched_to = "{BUDGET}"')
    for key in arms:
        yield from _goal_problems(key, tree, arms)
        yield from _Scaled(key, tree, checker).problems()


def _goal_problems(key: str, tree: Tree, arms: Tree) -> Iterator[Problem]:
    """Find what is wrong with what an arm is matched to."""
    goal = table(arms, key).get("cost_matched_to")
    keys = ("arms", key, "cost_matched_to")
    if not isinstance(goal, str):
        return
    others = {other: arm for other, arm in arms.items() if other not in {key, BASELINE}}
    if key == BASELINE:
        yield Problem(keys, f"{BASELINE} cannot be matched: it is what every cost is counted against")
    elif goal == key:
        yield Problem(keys, f"is {show_value(goal)}; an arm cannot be matched to itself")
    elif goal == BASELINE:
        yield Problem(keys, f"is {show_value(goal)}, whose cost is nothing by definition; name another arm")
    elif goal == BUDGET:
        if tree.get(BUDGET) in (None, NONE):
            said = (
                f"is {show_value(goal)}, but there is none; write {BUDGET} = 0.03, a share of the focal brand's sales"
            )
            yield Problem(keys, said)
    elif goal not in others:
        yield Problem(keys, no_such("arm", goal, {**others, BUDGET: None}))
    circle = _circle(key, arms)
    if len(circle) > 1 and key == min(circle):
        yield Problem(keys, f"goes round in a circle: {' -> '.join((*circle, key))}")


def _circle(key: str, arms: Tree) -> list[str]:
    """Return the arms met by going from match to match, if that leads back to where it began."""
    met: list[str] = []
    at: object = key
    while isinstance(at, str) and at in arms and at not in met:
        met.append(at)
        at = table(arms, at).get("cost_matched_to")
    return met if at == key else []


class _Scaled:
    """What of one arm is scaled, while it is being judged."""

    def __init__(self, key: str, tree: Tree, checker: Checker) -> None:
        self.keys: Keys = ("arms", key)
        self.tree, self.checker = tree, checker
        self.arm = table(tree, "arms", key)
        brands = table(tree, "brands")
        self.focal = tree.get("focal", next(iter(brands), None))
        items = self.arm.get("interventions")
        everything = [item for item in (items if isinstance(items, list) else ()) if isinstance(item, dict)]
        own = [item for item in everything if item.get("brand") == self.focal]
        self.sets = {path: value for item in own for path, value in table(item, "set").items()}
        self.spends = any((number(money) or 0) > 0 for item in own for money in table(item, "spend").values())
        self.cannot = {path: why for path in self.sets if (why := self._why_not(path))}
        self.known = [*([SPEND] if self.spends else []), *(p for p in self.sets if p not in self.cannot)]

    def problems(self) -> Iterator[Problem]:
        """Find all that is wrong with it."""
        scales, shares = self.arm.get("scales"), self.arm.get("shares")
        if not isinstance(self.arm.get("cost_matched_to"), str):
            for name in ("scales", "shares"):
                if name in self.arm:
                    yield Problem((*self.keys, name), "is of no use in an arm that has no cost_matched_to")
            return
        if self.keys[-1] == BASELINE:
            return
        if not any(parts_of_cost(path) for path in self.known):
            what = f"there is nothing to scale in this arm; give {self.focal} {_TO_SCALE}"
            yield Problem((*self.keys, "cost_matched_to"), what)
        elif scales is not None and shares is not None:
            yield Problem((*self.keys, "shares"), "names what is scaled, as `scales` does; take one of them out")
        elif [] in (scales, shares) or {} in (scales, shares):
            name = "scales" if shares is None else "shares"
            yield Problem((*self.keys, name), f"is empty; name what is scaled, or leave it out: {one_of(self.known)}")
        elif isinstance(shares, dict):
            yield from self._share_problems(shares)
        elif isinstance(scales, list):
            for index, path in enumerate(scales):
                yield from self._path_problems((*self.keys, "scales", index), path, scales[:index])
        elif scales is None and shares is None:
            yield from self._unsaid_problems()

    def _unsaid_problems(self) -> Iterator[Problem]:
        """Make an arm that spends and gives away say which of the two is scaled."""
        given = usual_scales([path for path in self.known if path != SPEND], spends=False)
        costly = [path for path in given if parts_of_cost(path)]
        if self.spends and costly:
            what = f'spends and sets {one_of(costly)}; say what is scaled: scales = ["{SPEND}"] or ["{costly[0]}"], or'
            halves = f'shares = {{ {SPEND} = 0.5, "{costly[0]}" = 0.5 }}'
            yield Problem((*self.keys, "cost_matched_to"), f"{what} {halves} for so much of the cost each")

    def _share_problems(self, shares: Tree) -> Iterator[Problem]:
        at = (*self.keys, "shares")
        seen: dict[tuple[str, ...], str] = {}
        for path in shares:
            yield from self._path_problems((*at, path), path, ())
            cost = parts_of_cost(path)
            if cost and cost in seen:
                yield Problem((*at, path), f"cannot be told from {seen[cost]} in the cost; name one of them")
            seen[cost] = path
        numbers = [number(share) or 0 for share in shares.values()]
        if all(share > 0 for share in numbers) and abs(sum(numbers) - 1) > NEAR_ONE:
            yield Problem(at, f"sum to {sum(numbers):.6g}; must sum to 1, within {NEAR_ONE}")
        left = [path for path in self.known if parts_of_cost(path) and parts_of_cost(path) not in seen]
        for path in left:
            yield Problem(at, f"leave out {path}, which costs money too; give it a share")

    def _path_problems(self, at: Keys, path: object, before: Iterable[object]) -> Iterator[Problem]:
        """Find what is wrong with one path that is to be scaled."""
        if not isinstance(path, str):
            return
        if path in self.cannot:
            yield Problem(at, self.cannot[path])
        elif path not in self.known:
            there = f"there is {one_of(self.known)}"
            what = (
                f"{self.focal} {'spends nothing' if path == SPEND else f'does not set {show_value(path)}'} in this arm"
            )
            yield Problem(at, f"{what}{did_you_mean(path, self.known)}; {there}")
        elif path in before:
            yield Problem(at, f"is {show_value(path)}, which is in the list already")
        elif not parts_of_cost(path):
            yield Problem(at, f"{path} is no part of the cost of an arm, so scaling it changes none")

    def _why_not(self, path: str) -> str:
        """Say why a setting cannot be scaled; nothing if it can, or if something else is wrong with it."""
        try:
            keys = self.checker.locate(self.tree, ("brands", str(self.focal), *split_path(path)))
        except ValueError:
            return ""
        node = self.checker.grammar.at(keys) or {}
        value = number(self.sets[path])
        if value is None or self.checker.grammar.solid(node).get("type") != "number":
            return f"{path} is no number between others, so it cannot be scaled"
        base = number(table(self.tree, *keys[:-1]).get(str(keys[-1]), node.get("default", 0.0)))
        same = base is not None and base == value
        return f"{path} is {show_value(base)} without the change too, so there is nothing to scale" if same else ""
