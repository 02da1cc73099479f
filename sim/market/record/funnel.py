"""How far a brand gets at the visits of a window of weeks: it comes to mind, is bought, satisfies, is bought again."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.compiled import Array, kernel
from sim.market.record.recorder import Recorder
from sim.market.state import NEVER

if TYPE_CHECKING:
    from sim.market.block import Block
    from sim.market.market import Market

SOON = 26
"""Weeks within which a further purchase of a brand counts as buying it again."""

SEEN = ("considered", "bought", "satisfied", "again")
"""Stages that are seen at visits, in the order in which they are counted."""

TALLIED = ("contacted", "completed", "recommended")
"""Stages that behaviours tally themselves; those that nobody tallies are left out."""


@kernel
def _pass(
    looked: int, count: int, active: int, week: int, mind: Array, known_only: bool, tried: Array, choice: Array,
    satisfaction: Array, previous_week: Array, counts: Array,
) -> None:  # fmt: skip
    brands = counts.shape[1]
    for j in range(looked):
        for b in range(brands):
            in_mind = (mind[j] >> np.uint32(b)) & np.uint32(1) != 0 or not known_only
            counts[0, b] += b == tried[j] or (j < active and in_mind)
    for j in range(count):
        chosen = choice[j]
        counts[1, chosen] += 1
        counts[2, chosen] += satisfaction[j] > 0
        counts[3, chosen] += previous_week[j] != NEVER and np.int32(week) - np.int32(previous_week[j]) <= SOON


class Funnel(Recorder):
    """Counts, from week `first` to before week `last`, at how many visits each brand got how far.

    A brand is considered if it comes to mind when a shopper evaluates, or if it is chosen; a purchase satisfies if
    satisfaction is above the norm; it is made *again* if its buyer bought the brand in the 26 weeks before.
    """

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self._visits: dict[int, int] = {}
        self._seen: dict[int, NDArray[np.int64]] = {}
        self._tallied: dict[str, NDArray[np.int64]] = {}

    def on_visit(self, block: "Block") -> None:
        """Count the round's visits, each worker for itself."""
        if not self.first <= block.week < self.last:
            return
        visit, worker = block.visit, id(block)
        counts = self._seen.setdefault(worker, np.zeros((len(SEEN), len(visit.utility)), np.int64))
        self._visits[worker] = self._visits.get(worker, 0) + block.looked
        _pass(
            block.looked, block.count, block.active, block.week, visit.mind, block.market.plan.is_written("mind"),
            visit.tried, visit.choice, visit.satisfaction, visit.previous_week, counts,
        )  # fmt: skip

    def close_week(self, market: "Market") -> None:
        """Add up what behaviours tally."""
        if self.first <= market.week < self.last:
            for name in (name for name in TALLIED if name in market.tally.fields):
                week = getattr(market.tally, name).astype(np.int64)
                self._tallied[name] = self._tallied.get(name, 0) + week

    def shares(self) -> dict[str, NDArray[np.float64]]:
        """Return each stage's share of all visits, by brand; NaN if nobody shopped. Shapes (B,)."""
        visits = sum(self._visits.values()) or np.nan
        stages = dict(zip(SEEN, sum(self._seen.values(), np.zeros((len(SEEN), 1), np.int64)), strict=True))
        return {name: count / visits for name, count in {**stages, **self._tallied}.items()}
