"""Polling preferences: each shopper's first choice without noise, at list price and expected evidence.

The same search behaviours that run at a visit are asked for their terms, so a new behaviour enters the poll by
itself. The intrinsic preference leaves out the commercial ones: price and scheme.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.week import Phase

if TYPE_CHECKING:
    from sim.market.market import Market

CHUNK = 4096  # shoppers asked at a time: their terms stay in cache


@dataclass(frozen=True)
class Poll:
    """How many shoppers prefer each brand; the last place counts those who know none. Shapes (B + 1,)."""

    preferred: NDArray[np.int64]
    intrinsic: NDArray[np.int64]


@kernel
def _first_choice(count: int, utility: Array, mind: Array, known_only: bool, out: Array) -> None:
    brands = utility.shape[0]
    for j in range(count):
        top = np.float32(-np.inf)
        best = -1
        for b in range(brands):
            known = (mind[j] >> np.uint32(b)) & np.uint32(1) != 0 or not known_only
            if known and utility[b, j] > top:
                top = utility[b, j]
                best = b
        out[j] = best


def poll(market: "Market") -> Poll:
    """Ask every shopper which brand it prefers, and note the answer in `preferred`."""
    search = market.plan.having("on_visit", (Phase.SEARCH,))
    intrinsic = [b for b in search if not b.commercial]
    commercial = [b for b in search if b.commercial]
    brands = len(market.shares)
    known_only = market.plan.is_written("mind")
    counts = np.zeros((2, brands + 1), np.int64)
    answer = np.empty(CHUNK, np.int8)
    block: Block = market.poll_block
    block.expected = True
    for first in range(0, market.spec.shoppers, block.capacity):
        block.enter(first, min(first + block.capacity, market.spec.shoppers))
        block.everybody()
        for row, behaviours in enumerate((intrinsic, commercial)):
            for behaviour in behaviours:
                assert behaviour.on_visit is not None
                behaviour.on_visit(block)
            _first_choice(block.count, block.visit.utility, block.visit.mind, known_only, answer)
            counts[row] += np.bincount(answer[: block.count] % (brands + 1), minlength=brands + 1)
        market.state.preferred[block.first : block.last] = answer[: block.count]
    return Poll(preferred=counts[1], intrinsic=counts[0])
