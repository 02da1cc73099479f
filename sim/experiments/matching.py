"""Matching what arms cost: to another arm or to a budget, on calibration seeds apart from those of the run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from sim.errors import UsageError
from sim.experiments.intensity import at_intensity, most_intense, planned_spend, scaled, value_at, what_is_scaled
from sim.experiments.matched import Matched
from sim.experiments.replicates import Progress, Timeline
from sim.experiments.result import BASELINE
from sim.experiments.search import FEWEST_SEEDS, MATCHED_WITHIN, MOST_TRIALS, PATIENCE, Search
from sim.experiments.trials import Sample, Trials
from sim.market.spec import MarketSpec
from sim.market.week import Behaviour
from sim.scenario.model import BUDGET, Scenario
from sim.scenario.scales import SPEND, parts_of_cost

STAGE = "matching costs"
"""What progress calls all of it."""

USUAL_MEMBERS = 0.4
"""Share of a brand's sales that members make, for a first guess at what a scheme costs; trials tell better."""

POWER_OF = {"scheme.reward_rate": 1.2, "price": 1.1}
"""By which power costs grow, for a first guess: higher rewards win more members, lower prices more buyers."""


_NO_SPEND = "it spends on no lever in time"


@dataclass
class _Part:
    """What is scaled by one factor, the components of the cost that must then be right, and how the search stands."""

    paths: tuple[str, ...]
    costs: tuple[str, ...] | None
    others: tuple[str, ...]
    fixed: float
    search: Search


@dataclass(frozen=True)
class _Lesson:
    """At which distance from where it was a setting cost how much, and by which power its cost grows."""

    distance: float
    cost: float
    power: float


def match_costs(
    scenario: Scenario, spec: MarketSpec, behaviours: Mapping[str, Behaviour] | None, threads: int,
    tell: Progress | None = None,
) -> tuple[dict[str, Timeline], tuple[Matched, ...]]:  # fmt: skip
    """Scale what the focal brand does in every matched arm until mean costs agree within 1 %.

    Returns
    -------
    timelines
        What each arm does, at the intensity found.
    matched
        How each arm was matched.

    Raises
    ------
    UsageError
        If an arm cannot be matched: its goal costs nothing, or it cannot cost as much or as little as that.
    """
    timelines = {key: tuple(arm.interventions) for key, arm in scenario.arms.items()}
    waiting = {key: arm.cost_matched_to for key, arm in scenario.arms.items() if arm.cost_matched_to}
    if not waiting:
        return timelines, ()
    matcher = _Matcher(scenario, spec, Trials(scenario, spec, behaviours, timelines, threads), tell, len(waiting))
    found = []
    while waiting:
        arm = next(key for key, goal in waiting.items() if goal not in waiting)
        goal = waiting.pop(arm)
        assert goal is not None
        timelines[arm], matched = matcher.match(arm, goal, timelines)
        found.append(matched)
    return timelines, tuple(found)


class _Matcher:
    """Matches arm after arm, and remembers what it has learnt."""

    def __init__(self, scenario: Scenario, spec: MarketSpec, trials: Trials, tell: Progress | None, arms: int) -> None:
        self.scenario, self.spec, self.trials, self.told, self.arms = scenario, spec, trials, tell, arms
        self.base = spec.brands[scenario.focal]
        self.goals: dict[str, float] = {}
        self.lessons: dict[str, _Lesson] = {}
        self.done = 0
        self.samples = 0

    def match(self, arm: str, goal: str, timelines: Mapping[str, Timeline]) -> tuple[Timeline, Matched]:
        """Find the intensity at which an arm costs what its goal does."""
        if goal not in self.goals:
            self.goals[goal] = self._goal(goal, timelines)
        target = self.goals[goal]
        if target <= 0:
            raise _cannot(arm, goal, f"{goal!r} costs {target:,.2f} beyond the baseline on the calibration seeds")
        if self._is_certain(timelines[arm], timelines[BASELINE]):
            by = {SPEND: self._first_guess((SPEND,), timelines[arm], target)[0]}
            if by[SPEND] <= 0:
                raise _cannot(arm, goal, _NO_SPEND)
            timeline, cost, error, seeds = scaled(timelines[arm], self.scenario.focal, self.base, by), target, 0.0, 0
        else:
            timeline, sample, by = self._search(arm, goal, timelines[arm], target)
            cost, error, seeds = sample.mean(), sample.error(), sample.seeds
        self.goals[arm] = cost
        self.done, self.samples = self.done + 1, 0
        return timeline, Matched(arm, goal, target, by, self._values(timeline, by), cost, error, seeds)

    def _is_certain(self, written: Timeline, baseline: Timeline) -> bool:
        """Say whether an arm only spends, and nothing else could cost more or less for it: no trial is needed."""
        only_spends = not any(change.set for change in written)
        return only_spends and not baseline and self.base.scheme.reward_rate == 0 and not self.trials.has_further_costs

    def _goal(self, goal: str, timelines: Mapping[str, Timeline]) -> float:
        """Return what a budget allows, or what an arm costs as it stands."""
        if goal == BUDGET:
            assert self.scenario.budget is not None
            return self.scenario.budget * self.trials.sales(self._tell(), STAGE)
        sample = self._sample(timelines[goal], range(FEWEST_SEEDS))
        while (needed := sample.seeds_needed(abs(sample.mean()) or 1.0)) > sample.seeds:
            sample = sample.joined(self._sample(timelines[goal], range(sample.seeds, needed)))
        return sample.mean()

    def _search(
        self, arm: str, goal: str, written: Timeline, target: float
    ) -> tuple[Timeline, Sample, dict[str, float]]:
        parts = self._parts(arm, goal, written, target)
        focal, seeds, cost = self.scenario.focal, FEWEST_SEEDS, 0.0
        for trial in range(MOST_TRIALS):
            by = {path: part.search.x for part in parts for path in part.paths}
            timeline = scaled(written, focal, self.base, by)
            sample = self._sample(timeline, range(seeds))
            _learn(parts, sample, Search.learn)
            while _all_met(parts) and (needed := sample.seeds_needed(target)) > seeds:
                sample, seeds = sample.joined(self._sample(timeline, range(seeds, needed))), needed
                _learn(parts, sample, Search.correct)
            if _all_met(parts):
                self._remember(parts, written)
                return timeline, sample, by
            cost = sample.mean()
            for part in (one for one in parts if not one.search.is_met):
                if part.search.is_out_of_reach:
                    raise _cannot(arm, goal, self._out_of_reach(part, written, by, sample))
                if trial < PATIENCE:
                    part.search.step()
                else:
                    part.search.settle()
        raise _cannot(arm, goal, f"after {MOST_TRIALS} trials it costs {cost:,.2f}, against {target:,.2f}")

    def _parts(self, arm: str, goal: str, written: Timeline, target: float) -> list[_Part]:
        """Set up the search for each factor of an arm, with a first guess."""
        plan, focal = self.scenario.arms[arm], self.scenario.focal
        parts = []
        for paths in what_is_scaled(plan, focal, self.base):
            share = plan.shares[paths[0]] if plan.shares else 1.0
            costs = parts_of_cost(paths[0]) if plan.shares and paths[0] != SPEND else None
            others = [parts_of_cost(path) for path in plan.shares or () if path != SPEND] if costs is None else []
            fixed = 0.0 if plan.shares else self._besides(written, paths)
            if target * share <= fixed:
                besides = f"what it does besides {' and '.join(paths)} costs {fixed:,.2f} already"
                raise _cannot(arm, goal, f"{besides}, against {target:,.2f}")
            wanted = target * share - fixed
            most = most_intense(written, focal, self.base, paths)
            first, power = self._first_guess(paths, written, wanted)
            if first <= 0:
                raise _cannot(arm, goal, _NO_SPEND)
            search = Search(wanted, first, most, MATCHED_WITHIN * target * share, power)
            parts.append(_Part(paths, costs, tuple(chain(*others)), fixed, search))
        return parts

    def _besides(self, written: Timeline, paths: Sequence[str]) -> float:
        """Return what an arm costs at intensity 0; nothing where there is nothing that could cost."""
        focal = self.scenario.focal
        others = any(change.brand != focal for change in written)
        spends = SPEND not in paths and any(change.spend for change in written)
        sets = {path for change in written for path in change.set} - set(paths)
        if not others and not spends and not any(parts_of_cost(path) for path in sets):
            return 0.0
        at_nought = scaled(written, focal, self.base, dict.fromkeys(paths, 0.0))
        return self._sample(at_nought, range(FEWEST_SEEDS)).mean()

    def _first_guess(self, paths: Sequence[str], written: Timeline, wanted: float) -> tuple[float, float]:
        """Return an intensity to begin with, and the power by which the cost may grow with it."""
        path = paths[0]
        if path == SPEND:
            planned = planned_spend(written, self.scenario.focal, self.scenario.weeks, self.spec.finance.discount_rate)
            return (wanted / planned if planned > 0 else 0.0), 1.0
        power, full = POWER_OF.get(path, 1.0), self._distance(path, written, 1.0)
        if full > 0 and path in self.lessons:
            known = self.lessons[path]
            return known.distance / full * (wanted / known.cost) ** (1.0 / known.power), known.power
        cost = self.trials.sales(self._tell(), STAGE) * full
        if path == "price":
            cost /= self.base.price
        elif path == "scheme.reward_rate":
            cost *= USUAL_MEMBERS
        else:
            return 1.0, power
        return (wanted / cost if cost > 0 else 1.0), power

    def _distance(self, path: str, written: Timeline, intensity: float) -> float:
        """Return how far a setting is moved from where it was, at most."""
        start = value_at(self.base, path)
        assert isinstance(start, int | float)
        own = [change for change in written if change.brand == self.scenario.focal and path in change.set]
        moved = [at_intensity(self.base, path, change.set[path], intensity) - start for change in own]
        return max(map(abs, moved), default=0.0)

    def _remember(self, parts: Sequence[_Part], written: Timeline) -> None:
        for part in parts:
            if len(part.paths) == 1 and part.paths[0] != SPEND and not part.fixed:
                distance = self._distance(part.paths[0], written, part.search.x)
                self.lessons[part.paths[0]] = _Lesson(distance, part.search.tried[-1][1], part.search.power)

    def _values(self, timeline: Timeline, by: Mapping[str, float]) -> dict[str, float]:
        """Return what stands in a matched timeline: of several changes the first, of spend the sum of a week."""
        own = [change for change in timeline if change.brand == self.scenario.focal]
        values = {}
        for path in by:
            spent = sum(sum(change.spend.values()) for change in own)
            found = [float(change.set[path]) for change in own if path in change.set]
            values[path] = spent if path == SPEND else found[0]
        return values

    def _out_of_reach(self, part: _Part, written: Timeline, by: Mapping[str, float], sample: Sample) -> str:
        values = self._values(scaled(written, self.scenario.focal, self.base, by), by)
        at = " and ".join(f"{path} {values[path]:.6g}" for path in part.paths)
        cost = sample.mean(part.costs, part.others)
        return (
            f"at {at}, the most that is allowed, it costs {cost:,.2f}, against {part.search.target + part.fixed:,.2f}"
        )

    def _sample(self, timeline: Timeline, seeds: range) -> Sample:
        sample = self.trials.sample(timeline, seeds, self._tell(), STAGE)
        self.samples += 1
        return sample

    def _tell(self) -> Progress | None:
        """Return a teller for one sample: nobody knows how many an arm takes, so each goes part of the way left."""
        tell, arm, before = self.told, self.done, 0.6**self.samples
        if tell is None:
            return None
        return lambda share, what: tell((arm + 1.0 - before * (1.0 - 0.4 * share)) / self.arms, what)


def _learn(parts: Sequence[_Part], sample: Sample, how: Callable[[Search, float], None]) -> None:
    for part in parts:
        how(part.search, sample.mean(part.costs, part.others) - part.fixed)


def _all_met(parts: Sequence[_Part]) -> bool:
    return all(part.search.is_met for part in parts)


def _cannot(arm: str, goal: str, why: str) -> UsageError:
    return UsageError(f"arm {arm!r} cannot be matched to {goal!r}: {why}")
