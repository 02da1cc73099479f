"""Purchases of every shopper and brand within a window of weeks, for penetration, loyalty and repeat."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.compiled import Array, kernel
from sim.market.record.recorder import Recorder

if TYPE_CHECKING:
    from sim.market.block import Block
    from sim.market.market import Market


@kernel
def _count(who: Array, count: int, choice: Array, purchases: Array) -> None:
    for j in range(count):
        purchases[who[j], choice[j]] += np.uint16(1)


class Window(Recorder):
    """Counts purchases per shopper and brand from week `first` to before week `last`.

    Attributes
    ----------
    purchases
        Shape (2, N, B): the first and the second half of the window.
    """

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self.purchases: NDArray[np.uint16] = np.zeros((2, 0, 0), np.uint16)

    def open_week(self, market: "Market") -> None:
        """Make room at the start of the window."""
        if market.week == self.first or (market.week > self.first and not self.purchases.size):
            self.purchases = np.zeros((2, market.spec.shoppers, len(market.shares)), np.uint16)

    def on_visit(self, block: "Block") -> None:
        """Count the round's purchases; blocks touch different shoppers, so threads cannot clash."""
        if self.first <= block.week < self.last:
            half = int(2 * (block.week - self.first) >= self.last - self.first)
            _count(block.visit.who, block.count, block.visit.choice, self.purchases[half])

    def measures(self) -> dict[str, NDArray[np.float64]]:
        """Return penetration, purchase frequency, share of requirements, sole buyers and repeat rate. Shapes (B,).

        The repeat rate is the share of the buyers of the first half who buy the brand again in the second.
        """
        bought = self.purchases.sum(axis=0, dtype=np.int64)
        halves = self.purchases > 0
        category = bought.sum(axis=1, dtype=np.int64)
        buys = bought > 0
        buyers = buys.sum(axis=0)
        units = bought.sum(axis=0, dtype=np.int64)
        with np.errstate(invalid="ignore", divide="ignore"):
            return {
                "penetration": buyers / max(len(bought), 1),
                "purchase_frequency": units / buyers,
                "share_of_requirements": units / (buys * category[:, None]).sum(axis=0),
                "sole_buyers": (buys & (bought == category[:, None])).sum(axis=0) / buyers,
                "repeat_rate": (halves[0] & halves[1]).sum(axis=0) / halves[0].sum(axis=0),
            }

    def concentration(self, shares: NDArray[np.float64]) -> float:
        """Return the Dirichlet's S by moments: from the chance that two purchases of a shopper are of one brand.

        E[sum_k x_k (x_k - 1)] / E[n (n - 1)] = (S sum m^2 + 1)/(S + 1), with m the shares (compound multinomial).
        Infinite if shoppers do not differ.
        """
        bought = self.purchases.sum(axis=0, dtype=np.int64)
        n = bought.sum(axis=1)
        pairs = (n * (n - 1)).sum()
        same = (bought * (bought - 1)).sum()
        herfindahl = float(np.square(shares).sum())
        chance = same / max(pairs, 1)
        return float((1.0 - chance) / (chance - herfindahl)) if chance > herfindahl else float("inf")
