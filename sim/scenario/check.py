"""A draft of a scenario, checked: all that is wrong at once, or the scenario."""

from collections.abc import Iterable, Mapping

from sim.errors import ScenarioError
from sim.market.dials import Params
from sim.scenario.arms import arm_problems
from sim.scenario.checker import Checker
from sim.scenario.layers import Draft
from sim.scenario.matches import match_problems
from sim.scenario.model import Scenario, as_scenario
from sim.scenario.places import Problem, tell
from sim.scenario.ranges import range_problems
from sim.scenario.rules import market_problems


def check(draft: Draft, behaviours: Mapping[str, type[Params]], found: Iterable[Problem] = ()) -> Scenario:
    """Turn a draft into a scenario.

    Parameters
    ----------
    draft
        The tables, and who said what.
    behaviours
        Parameters of every behaviour by its name.
    found
        Problems met on the way here, to be told with the others.

    Raises
    ------
    ScenarioError
        If anything is wrong; carries every problem.
    """
    checker = Checker(behaviours)
    scenario, single = checker.check(draft.tree)
    joint = [
        *found,
        *market_problems(draft.tree, draft.places),
        *arm_problems(draft.tree, checker),
        *match_problems(draft.tree, checker),
        *range_problems(draft.tree, checker),
    ]
    problems = [*joint, *_not_covered(single, joint)]
    if scenario is None or problems:
        raise ScenarioError(tell(problems, draft.places))
    return as_scenario(scenario)


def _not_covered(single: Iterable[Problem], joint: list[Problem]) -> list[Problem]:
    """Leave out what is told better, or as a consequence, elsewhere.

    A table's own rule, which pydantic tells for the whole table, comes last: it is told only when nothing in the table
    has a problem already.
    """
    same = {one.keys for one in joint}
    covers = [one.keys for one in joint if one.covers]
    return [
        one
        for one in single
        if one.keys not in same
        and not any(one.keys[: len(keys)] == keys for keys in covers)
        and not (one.whole and any(keys[: len(one.keys)] == one.keys for keys in same))
    ]
