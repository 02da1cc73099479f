"""Counts who bought what how often: all that measures of brand performance need to know of a panel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.measure.ratios import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.measure.panel import Panel


@dataclass(frozen=True, eq=False)
class Tally:
    """Purchases per shopper and brand of N shoppers and B brands, only the C pairs with at least one purchase.

    Parameters
    ----------
    shopper, brand, count : (C,) int arrays
        The pairs, and the number of purchases of each.
    shoppers, brands : int
        N and B.
    """

    shopper: NDArray[np.int64]
    brand: NDArray[np.int64]
    count: NDArray[np.int64]
    shoppers: int
    brands: int

    @cached_property
    def totals(self) -> NDArray[np.int64]:
        """Category purchases of each shopper, (N,)."""
        return _sums(self.shopper, self.count, self.shoppers)

    @cached_property
    def repertoire(self) -> NDArray[np.int64]:
        """Number of brands that each shopper bought, (N,)."""
        return np.bincount(self.shopper, minlength=self.shoppers)

    @cached_property
    def buyers(self) -> NDArray[np.int64]:
        """Number of shoppers who bought each brand, (B,)."""
        return np.bincount(self.brand, minlength=self.brands)

    @cached_property
    def purchases(self) -> NDArray[np.int64]:
        """Number of purchases of each brand, (B,)."""
        return _sums(self.brand, self.count, self.brands)

    def summed_over_buyers(self, of_shoppers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return for each brand the sum of a number of each shopper, (N,), over the brand's buyers, (B,)."""
        return _sums(self.brand, of_shoppers[self.shopper], self.brands)

    @property
    def sole(self) -> NDArray[np.bool_]:
        """Which pairs are a shopper's only brand, (C,)."""
        return np.asarray(self.repertoire[self.shopper] == 1)

    @property
    def duplication(self) -> NDArray[np.float64]:
        """Share of the buyers of brand j (row) who also bought brand k (column), (B, B); NaN without buyers."""
        from scipy.sparse import csr_array

        bought = csr_array((np.ones(len(self.brand)), (self.shopper, self.brand)), shape=(self.shoppers, self.brands))
        both = (bought.T @ bought).toarray()
        return ratio(both, self.buyers[:, None])

    @property
    def histogram(self) -> NDArray[np.int64]:
        """Number of shoppers with 0, 1, 2, ... purchases of each brand and, in the last row, of the category."""
        most = int(self.totals.max(initial=0)) + 1
        table = np.zeros((self.brands + 1, most), dtype=np.int64)
        table[:-1] = np.bincount(self.brand * most + self.count, minlength=self.brands * most).reshape(-1, most)
        table[-1] = np.bincount(self.totals, minlength=most)
        table[:-1, 0] = self.shoppers - self.buyers
        return table


def tally(panel: Panel) -> Tally:
    """Count the purchases of a panel per shopper and brand."""
    shoppers, brands = len(panel.shopper_ids), len(panel.brands)
    pairs, count = np.unique(panel.shopper * brands + panel.brand, return_counts=True)
    return Tally(pairs // brands, pairs % brands, count, shoppers, brands)


def _sums(groups: NDArray[np.int64], values: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    return np.bincount(groups, weights=values, minlength=size).astype(np.int64)
