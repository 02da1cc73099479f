"""Preference term by term: what each search behaviour adds to the utility of each brand when shoppers are asked.

The behaviours are asked as in a poll (`sim.market.record.poll`), but each from nothing, so that a term that is the same
in two markets has the same bits in both, whatever came before it. Which brands a shopper knows is a term as well: that
of the behaviours that write `mind`. A behaviour adds to what others make known and takes nothing away.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.week import Phase

if TYPE_CHECKING:
    from sim.market.market import Market


class Terms:
    """The terms of one chunk of shoppers after the other.

    Attributes
    ----------
    names
        The search behaviours, in the order of the plan; axis T.
    utility
        What each adds to the utility of each brand, shape (T, B, V).
    mind
        Which brands each makes known, a bit each, shape (T, V).
    known_only
        Whether shoppers prefer only brands that they know; otherwise `mind` says nothing.
    """

    def __init__(self, market: "Market") -> None:
        self._behaviours = market.plan.having("on_visit", (Phase.SEARCH,))
        self.names = tuple(b.name for b in self._behaviours)
        size = (len(self.names), len(market.shares), market.poll_block.capacity)
        self.utility: NDArray[np.float32] = np.zeros(size, np.float32)
        self.mind: NDArray[np.uint32] = np.zeros((size[0], size[2]), np.uint32)
        self.known_only = market.plan.is_written("mind")

    def ask(self, market: "Market", first: int) -> int:
        """Ask as many shoppers from `first` on as the poll asks at a time; return how many that were."""
        block = market.poll_block
        block.expected = True
        block.enter(first, min(first + block.capacity, market.spec.shoppers))
        block.everybody()
        count, visit = block.count, block.visit
        known = np.zeros(count, np.uint32)
        for t, behaviour in enumerate(self._behaviours):
            assert behaviour.on_visit is not None
            visit.utility[:, :count] = 0.0
            makes_known = "mind" in behaviour.writes
            if makes_known:
                visit.mind[:count] = 0
            behaviour.on_visit(block)
            self.utility[t, :, :count] = visit.utility[:, :count]
            if makes_known:
                self.mind[t, :count] = visit.mind[:count]
                known |= visit.mind[:count]
                visit.mind[:count] = known
        return count
