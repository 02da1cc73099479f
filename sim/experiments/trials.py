"""Trials of what an arm costs, on calibration seeds: each burns in once, and every trial goes on from there.

Of a mean over few markets, half of the luck is who was drawn: whether many who like the focal brand, or buy often, are
among the shoppers. That is known from tastes and rates before anything is run, and its expectation too, so that means
are taken per shopper of the kind that is expected (the ratio estimator: Cochran 1977).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.experiments.costs import costs
from sim.experiments.footprint import free_bytes, shopper_bytes
from sim.experiments.replicates import Clock, Progress, Timeline, side_by_side
from sim.experiments.result import BASELINE
from sim.experiments.search import FEWEST_SEEDS, MOST_SEEDS, STANDARD_ERROR
from sim.experiments.steady import needs_constants, shares_by_taste
from sim.market.brands.finance import is_further_cost
from sim.market.building import brands_starting_schemes
from sim.market.chance import derive
from sim.market.market import Market
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import MarketSpec, Record
from sim.market.week import Behaviour, discover
from sim.measure.lifetime_value import discounts
from sim.scenario.model import Scenario

MOST_OF_MEMORY = 0.5
"""Share of the free memory that markets kept after their burn-in may take."""


@dataclass(frozen=True)
class Sample:
    """What one arm costs on some calibration seeds.

    Attributes
    ----------
    parts
        Component to money beyond the baseline, shape (seeds,).
    drawn
        How much the shoppers drawn buy of the focal brand against what is expected, shape (seeds,).
    """

    parts: dict[str, NDArray[np.float64]]
    drawn: NDArray[np.float64]

    @property
    def seeds(self) -> int:
        """Number of calibration seeds."""
        return len(self.drawn)

    def mean(self, names: Iterable[str] | None = None, but: Iterable[str] = ()) -> float:
        """Return the mean of the sum of some components, or of all but some.

        One that is the same on every seed is no matter of luck.
        """
        chosen = set(self.parts if names is None else names) - set(but)
        known = [name for name in self.parts if name in chosen]
        return sum(float(self.parts[name].sum() / self._weight(name).sum()) for name in known)

    def error(self) -> float:
        """Return the standard error of the mean of all components."""
        rest = np.zeros(self.seeds)
        for name, values in self.parts.items():
            weight = self._weight(name)
            rest += (values - values.sum() / weight.sum() * weight) / weight.mean()
        return float(np.sqrt(rest @ rest / max(self.seeds - 1, 1) / self.seeds))

    def seeds_needed(self, target: float) -> int:
        """Return how many seeds make the mean exact enough, as far as these tell; never fewer than these."""
        wanted = self.seeds * (self.error() / (STANDARD_ERROR * target)) ** 2
        return int(min(max(self.seeds, np.ceil(wanted)), MOST_SEEDS))

    def joined(self, other: "Sample") -> "Sample":
        """Return the sample on both sets of seeds."""
        parts = {name: np.concatenate([values, other.parts[name]]) for name, values in self.parts.items()}
        return Sample(parts, np.concatenate([self.drawn, other.drawn]))

    def _weight(self, name: str) -> NDArray[np.float64]:
        values = self.parts[name]
        return np.ones(self.seeds) if np.allclose(values, values[0], rtol=1e-9) else self.drawn


@dataclass(frozen=True)
class _Root:
    """One calibration seed: its market after the burn-in if there is room for it, and its baseline."""

    seed: int
    market: Market | None
    drawn: float
    sales: float
    costs: dict[str, float]


class Trials:
    """Runs arms on calibration seeds, which are apart from those of the run.

    Parameters
    ----------
    scenario, spec, behaviours
        The market.
    timelines
        What each arm does.
    threads
        Seeds side by side; they change the speed and nothing else.
    """

    def __init__(
        self, scenario: Scenario, spec: MarketSpec, behaviours: Mapping[str, Behaviour] | None,
        timelines: Mapping[str, Timeline], threads: int,
    ) -> None:  # fmt: skip
        self.scenario, self.behaviours, self.threads = scenario, behaviours, threads
        self.spec = spec.model_copy(update={"record": Record(preference_every=0, panel=0)})
        self.focal = tuple(spec.brands).index(scenario.focal)
        self.baseline = timelines[BASELINE]
        running = (b for name, b in (behaviours or discover()).items() if scenario.behaviours[name].on)
        self.has_further_costs = any(is_further_cost(tally) for b in running for tally in b.tallies)
        self.schemes = sorted(set().union(*(brands_starting_schemes(t) for t in timelines.values())))
        self.room = self._room()
        self.roots: list[_Root] = []

    def _room(self) -> int:
        """Return how many markets can be kept after their burn-in."""
        free = free_bytes()
        if free is None:
            return MOST_SEEDS
        market = shopper_bytes(self.scenario, self.behaviours) * self.scenario.shoppers
        return int(free * MOST_OF_MEMORY / market) - self.threads

    def sample(self, timeline: Timeline, seeds: range, tell: Progress | None, what: str) -> Sample:
        """Return what a timeline costs beyond the baseline on the calibration seeds of these numbers."""
        scenario, missing = self.scenario, range(len(self.roots), seeds.stop)
        weeks = scenario.weeks + scenario.run_off_weeks
        burn_ins = len(missing) + sum(r >= self.room for r in seeds)
        clock = Clock(weeks * (len(seeds) + len(missing)) + scenario.burn_in * burn_ins, tell, what)
        self.roots += side_by_side([partial(self._root, r, clock) for r in missing], self.threads, clock)
        roots = [self.roots[r] for r in seeds]
        found = side_by_side([partial(self._cost, root, timeline, clock) for root in roots], self.threads, clock)
        parts = {
            name: np.array([cost[name] - root.costs[name] for cost, root in zip(found, roots, strict=True)])
            for name in roots[0].costs
        }
        return Sample(parts, np.array([root.drawn for root in roots]))

    def sales(self, tell: Progress | None, what: str) -> float:
        """Return the mean discounted money that shoppers pay for the focal brand in the baseline."""
        if not self.roots:
            self.sample(self.baseline, range(FEWEST_SEEDS), tell, what)
        first = self.roots[:FEWEST_SEEDS]
        return sum(root.sales for root in first) / sum(root.drawn for root in first)

    def _root(self, number: int, clock: Clock) -> _Root:
        seed = derive(self.scenario.seed, "matching", number)
        market = self._burnt_in(seed, clock)
        drawn = self._drawn(market)
        table = self._run(market, self.baseline, clock)
        weeks = np.array(table.weeks)
        weight = discounts(weeks, self.spec.finance.discount_rate) * (weeks < self.scenario.weeks)
        sales = float(weight @ table.column("spending")[:, self.focal])
        kept = market if number < self.room else None
        return _Root(seed, kept, drawn, sales, costs(table, self.spec, self.focal))

    def _cost(self, root: _Root, timeline: Timeline, clock: Clock) -> dict[str, float]:
        if timeline == self.baseline:
            return root.costs
        market = root.market or self._burnt_in(root.seed, clock)
        return costs(self._run(market, timeline, clock), self.spec, self.focal)

    def _burnt_in(self, seed: int, clock: Clock) -> Market:
        market = Market(
            self.spec, self.scenario.behaviours, seed=seed, burn_in=self.scenario.burn_in,
            behaviours=self.behaviours, schemes=self.schemes, threads=max(self.threads // FEWEST_SEEDS, 1),
        )  # fmt: skip
        for _ in range(self.scenario.burn_in):
            market.step()
            clock.tick()
        return market

    def _run(self, market: Market, timeline: Timeline, clock: Clock) -> WeeklyTable:
        table = WeeklyTable()
        fork = market.fork(timeline, run_off_from=self.scenario.weeks, recorders=[table])
        for _ in range(self.scenario.weeks + self.scenario.run_off_weeks):
            fork.step()
            clock.tick()
        return table

    def _drawn(self, market: Market) -> float:
        """Return how much the shoppers drawn would buy of the focal brand by taste and rate, against what is expected.

        Where there are no tastes there is nothing to correct.
        """
        if not {"taste", "rate"} <= market.state.fields.keys() or not needs_constants(market.params):
            return 1.0
        expected = self.spec.category.purchase_rate * market.shares[self.focal]
        drawn = market.state.rate.mean(dtype=np.float64) * shares_by_taste(market)[self.focal] / expected
        return float(drawn) if np.isfinite(drawn) and drawn > 0 else 1.0
