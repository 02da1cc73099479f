"""Everything drawn that can be seen from outside, so that two markets can be compared draw by draw."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from sim.market.block import Block
from sim.market.dials import Params
from sim.market.market import Market
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import MarketSpec
from sim.market.week import Behaviour

Behaviours = Mapping[str, Behaviour]
FLOAT32 = float(np.finfo(np.float32).eps)


class Draws:
    """What was drawn, by week, and by week, visit round and shopper.

    Attributes
    ----------
    weeks
        Per week the draws behind needs, the trips, and the prices posted.
    visits
        Per (week, round, shopper): `mind`, `quotes`, `moments` and `gumbel`, where they were drawn.
    """

    def __init__(self, behaviours: Behaviours) -> None:
        self.weeks: dict[int, dict[str, list[np.ndarray]]] = {}
        self.visits: dict[tuple[int, int, int], dict[str, Any]] = {}
        self.behaviours = dict(behaviours)
        self._after("need", "on_shoppers", self._see_needs)
        self._after("price_comparison", "open_week", lambda m: self._note(m.week, "posted", m.world.posted))
        self._after("consideration", "on_visit", lambda b: self._see(b, b.active, "mind"))
        self._after("price_comparison", "on_visit", lambda b: self._see(b, b.active, "quotes", "shops"))
        self._after("usage", "on_visit", self._see_moments)
        choose = self.behaviours["choice"].on_visit
        assert choose is not None
        self.behaviours["choice"] = replace(self.behaviours["choice"], on_visit=self._noise_of(choose))

    def _after(self, name: str, hook: str, look: Callable[[Any], None]) -> None:
        inner = getattr(self.behaviours[name], hook)

        def run(place: Any) -> None:
            inner(place)
            look(place)

        self.behaviours[name] = replace(self.behaviours[name], **{hook: run})

    def _note(self, week: int, name: str, values: np.ndarray) -> None:
        self.weeks.setdefault(week, {}).setdefault(name, []).append(values.copy())

    def _see_needs(self, block: Block) -> None:
        size = block.last - block.first
        self._note(block.week, "needs", block.visit.need_chance[:size])
        self._note(block.week, "trips", block.state.trips[block.first : block.last])

    def _at(self, block: Block, j: int) -> dict[str, Any]:
        return self.visits.setdefault((block.week, block.round, int(block.visit.who[j])), {})

    def _see(self, block: Block, count: int, *names: str) -> None:
        for j in range(0 if block.expected else count):
            self._at(block, j)[names[0]] = tuple(getattr(block.visit, name)[j].item() for name in names)

    def _see_moments(self, block: Block) -> None:
        """Note the four moments without what the brand is capable of, which depends on what was sold."""
        params, world = block.params("usage"), block.world
        level = world.level if getattr(params, "sees_levels", False) else 0.0
        base = (world.lift[:4] + level) / block.market.memo["usage/scale"]
        for j in range(block.count):
            self._at(block, j)["moments"] = block.visit.moments[:, j] - base[:, block.visit.choice[j]]

    def _noise_of(self, choose: Callable[[Block], None]) -> Callable[[Block], None]:
        def run(block: Block) -> None:
            before = block.visit.utility[:, : block.active].copy()
            choose(block)
            after = block.visit.utility[:, : block.active]
            size = np.maximum(np.abs(before).max(axis=0, initial=1), np.abs(after).max(axis=0, initial=1))
            for j in range(block.active):
                self._at(block, j)["gumbel"] = (after[:, j] - before[:, j], float(size[j]))

        return run


def draw(
    spec: MarketSpec, behaviours: Behaviours, params: Mapping[str, Params], *, seed: int = 5, weeks: int = 8
) -> Draws:
    """Run a small market and return all that can be seen of its draws."""
    seen = Draws(behaviours)
    market = Market(spec, params, seed=seed, burn_in=2, behaviours=seen.behaviours, recorders=[WeeklyTable()])
    for _ in range(weeks):
        market.step()
    return seen


def compare_draws(one: Draws, other: Draws) -> int:
    """Assert that whatever both markets drew is the same; return how many visits were compared.

    The noise is what choosing added to the utilities, so it is known to some units in the last place of the larger;
    moments are known to some units in the last place of what a brand adds to them.
    """
    for week in one.weeks.keys() & other.weeks.keys():
        for name in one.weeks[week].keys() & other.weeks[week].keys() - {"trips"}:
            for a, b in zip(one.weeks[week][name], other.weeks[week][name], strict=True):
                assert a.tobytes() == b.tobytes(), f"{name} of week {week} differ"
    both = one.visits.keys() & other.visits.keys()
    for at in both:
        a, b = one.visits[at], other.visits[at]
        for name in a.keys() & b.keys():
            if name == "gumbel":
                near = 4 * FLOAT32 * max(a[name][1], b[name][1])
                np.testing.assert_allclose(a[name][0], b[name][0], rtol=0, atol=near, err_msg=f"noise of {at}")
            elif name == "moments":
                assert np.abs(a[name] - b[name]).max() <= 1e-5, f"moments of {at} (week, round, shopper)"
            else:
                assert a[name] == b[name], f"{name} of {at} (week, round, shopper)"
    return len(both)
