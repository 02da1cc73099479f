"""What a brand gives away, shopper by shopper: rewards and price reductions, and how much of it bought nothing.

A reward that goes to a purchase which would have been made anyway is a gift. In the field nobody can see which these
are; here the same shopper lives through both arms with the same luck, so its purchases without the strategy are known.
They can be counted only because arms are paired: between arms of different chance a shopper has no other self, and all
that could be compared are totals, in which one shopper's purchase gained hides another's that would have been made.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.compiled import Array, kernel
from sim.market.record.recorder import Recorder

if TYPE_CHECKING:
    from sim.market.block import Block
    from sim.market.market import Market


@kernel
def _count(
    who: Array, count: int, choice: Array, redeemed: Array, brand: int, rate: float, unit_cost: float,
    retailer: Array, cut: Array, bought: Array, rewards: Array, cuts: Array,
) -> None:  # fmt: skip
    for j in range(count):
        if choice[j] == brand:
            i = who[j]
            bought[i] += np.uint16(1)
            cuts[i] += np.int32(cut[retailer[j]])
            if redeemed[j] > 0:
                rewards[i] += np.int32(np.rint(np.rint(rate * redeemed[j]) * unit_cost))


class Subsidy(Recorder):
    """Counts each shopper's purchases of one brand and what it got for them.

    Parameters
    ----------
    brand
        Row of the brand.

    Attributes
    ----------
    bought
        Purchases of the brand, shape (N,).
    rewards, cuts
        What rewards and price reductions given to the shopper cost the brand, in cents, shape (N,).
    """

    def __init__(self, brand: int) -> None:
        self.brand = brand
        self.bought: NDArray[np.uint16] = np.zeros(0, np.uint16)
        self.rewards: NDArray[np.int32] = np.zeros(0, np.int32)
        self.cuts: NDArray[np.int32] = np.zeros(0, np.int32)

    def open_week(self, market: "Market") -> None:
        """Make room."""
        if not self.bought.size:
            self.bought = np.zeros(market.spec.shoppers, np.uint16)
            self.rewards = np.zeros(market.spec.shoppers, np.int32)
            self.cuts = np.zeros(market.spec.shoppers, np.int32)

    def on_visit(self, block: "Block") -> None:
        """Count the round's purchases; blocks touch different shoppers, so threads cannot clash."""
        world, slot = block.world, int(block.market.slot_of[self.brand])
        rate, unit_cost = (float(world.reward_rate[slot]), float(world.reward_unit_cost[slot])) if slot >= 0 else (0, 0)
        less = max(float(world.list_price_start[self.brand] / world.list_price[self.brand]) - 1.0, 0.0)
        _count(
            block.visit.who, block.count, block.visit.choice, block.visit.points_redeemed, self.brand, float(rate),
            float(unit_cost), block.visit.retailer, np.rint(less * world.wholesale[:, self.brand]), self.bought,
            self.rewards, self.cuts,
        )  # fmt: skip

    def given(self, anyway: NDArray[np.uint16]) -> dict[str, float]:
        """Return the money given away, and the part of it for purchases that would have been made anyway.

        Of n1 purchases by a shopper who would have made n0, the share min(n0, n1)/n1 would have been made anyway; which
        of the n1 these are has no meaning, so each has the same part in the shopper's money.

        Parameters
        ----------
        anyway
            Purchases of the same shoppers in the other arm, shape (N,).
        """
        share = np.minimum(anyway, self.bought) / np.maximum(self.bought, 1)
        return {
            "rewards": float(self.rewards.sum(dtype=np.int64)) / 100.0,
            "rewards_anyway": float(share @ self.rewards) / 100.0,
            "price_reductions": float(self.cuts.sum(dtype=np.int64)) / 100.0,
            "price_reductions_anyway": float(share @ self.cuts) / 100.0,
        }
