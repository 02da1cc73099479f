"""What each brand's customers of the year before a week buy of it from then on, and what their purchases leave."""

import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.compiled import Array, kernel
from sim.market.record.recorder import Recorder

if TYPE_CHECKING:
    from sim.market.block import Block
    from sim.market.market import Market

YEAR = 52  # weeks


@kernel
def _count(who: Array, count: int, choice: Array, retailer: Array, is_customer: Array, units: Array) -> None:
    for j in range(count):
        b = choice[j]
        units[retailer[j], b] += (is_customer[who[j]] >> np.uint32(b)) & np.uint32(1)


class Customers(Recorder):
    """Follows the customers of every brand from week `first` on: shoppers who bought it in the year before.

    A shopper can be a customer of several brands, or of none. Whom a brand wins later is not counted.

    Attributes
    ----------
    number
        Customers of each brand, shape (B,).
    is_customer
        For each shopper a bit a brand, shape (N,).
    weeks, units, margin
        Per week what they bought of the brand, and its revenue less cost of goods; arrays (B,).
    """

    def __init__(self, first: int = 0) -> None:
        self.first = first
        self.weeks: list[int] = []
        self.units: list[NDArray[np.int64]] = []
        self.margin: list[NDArray[np.float64]] = []
        self._adding = threading.Lock()

    def open_week(self, market: "Market") -> None:
        """Note who is a customer, before the first week."""
        if market.week < self.first:
            return
        if market.week == self.first:
            brands = len(market.shares)
            self.number = np.zeros(brands, np.int64)
            self.is_customer = np.zeros(market.spec.shoppers, np.uint32)
            for b in range(brands):
                bought = market.state.bought_week[:, b] >= self.first - YEAR
                self.number[b] = bought.sum()
                self.is_customer |= bought.astype(np.uint32) << np.uint32(b)
        self._sold = np.zeros((len(market.retailer_keys), len(market.shares)), np.int64)

    def on_visit(self, block: "Block") -> None:
        """Count the round's purchases by customers; sums of whole units do not depend on the order of threads."""
        if block.week < self.first:
            return
        sold = np.zeros_like(self._sold)
        _count(block.visit.who, block.count, block.visit.choice, block.visit.retailer, self.is_customer, sold)
        with self._adding:
            self._sold += sold

    def close_week(self, market: "Market") -> None:
        """Work out what the week's purchases leave after cost of goods."""
        if market.week < self.first:
            return
        units = self._sold.sum(axis=0)
        goods = np.array([brand.settings.unit_cost for brand in market.brands]) * market.world.list_price_start
        self.weeks.append(market.week)
        self.units.append(units)
        self.margin.append((self._sold * market.world.wholesale).sum(axis=0) / 100.0 - units * goods)
