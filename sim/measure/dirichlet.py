"""The NBD-Dirichlet model of purchases in a category of brands: what three numbers and the shares imply.

Category purchases follow an NBD (M, K). Each shopper has steady probabilities of choosing the brands, which differ
between shoppers as a Dirichlet distribution with parameters S x share; S is large where shoppers are alike.

Source: Goodhardt, Ehrenberg & Chatfield (1984), "The Dirichlet: a comprehensive model of buying behaviour",
Journal of the Royal Statistical Society A 147, 621-655. Known limits: a stationary, unsegmented market; purchases
at random times; a shopper's successive choices are independent, so habit and promotions are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import UsageError
from sim.measure.nbd import NBD
from sim.measure.ratios import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_CELLS = 2_000_000
"""Frequencies x brands that are worked on at once: 16 MB."""

_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Dirichlet:
    """Theoretical brand performance in one period.

    Parameters
    ----------
    M : float
        Category purchases per shopper (buyers or not) in the period.
    K : float
        Evenness of the shoppers' category purchase rates; the same for any period.
    S : float
        Likeness of the shoppers' tastes; the same for any period. Infinite: all alike.
    shares : (B,) array
        Shares of category purchases, adding up to at most 1; brands that are left out change nothing for the others.

    Raises
    ------
    UsageError
        If a parameter is not above 0, or shares are negative or add up to more than 1.
    """

    M: float
    K: float
    S: float
    shares: NDArray[np.float64]
    category: NBD = field(init=False)

    def __post_init__(self) -> None:
        shares = np.asarray(self.shares, dtype=np.float64)
        if shares.ndim != 1 or not (np.all(shares >= 0) and shares.sum() <= 1 + _ROUNDING):
            raise UsageError(f"shares must be 0 or more and add up to at most 1, not {self.shares}")
        if not self.S > 0:
            raise UsageError(f"S = {self.S}: must be above 0")
        object.__setattr__(self, "shares", np.minimum(shares, 1.0))
        object.__setattr__(self, "category", NBD(self.M, self.K))

    def over(self, periods: float) -> Dirichlet:
        """Return the model over another length of time: M grows in proportion, K and S stay."""
        return Dirichlet(self.M * periods, self.K, self.S, self.shares)

    @cached_property
    def penetration(self) -> NDArray[np.float64]:
        """Share of all shoppers who buy the brand at least once, (B,)."""
        return self._weighted(self.category.frequencies, self.shares)

    @cached_property
    def purchase_frequency(self) -> NDArray[np.float64]:
        """Purchases of the brand per buyer of the brand, (B,); NaN for a brand without share."""
        return ratio(self.M * self.shares, self.penetration)

    @cached_property
    def category_rate(self) -> NDArray[np.float64]:
        """Category purchases per buyer of the brand, (B,)."""
        weights = self.category.frequencies * np.arange(len(self.category.frequencies))
        return ratio(self._weighted(weights, self.shares), self.penetration)

    @property
    def share_of_requirements(self) -> NDArray[np.float64]:
        """Share of the brand in its buyers' category purchases, (B,)."""
        return ratio(self.purchase_frequency, self.category_rate)

    @cached_property
    def sole_buyers(self) -> NDArray[np.float64]:
        """Share of the brand's buyers who buy no other brand in the period, (B,)."""
        buyers = self.category.penetration - self._weighted(self.category.frequencies, 1 - self.shares)
        return ratio(buyers, self.penetration)

    @cached_property
    def sole_rate(self) -> NDArray[np.float64]:
        """Purchases per sole buyer, (B,)."""
        weights = self.category.frequencies * np.arange(len(self.category.frequencies))
        purchases = self.M - self._weighted(weights, 1 - self.shares)
        return ratio(purchases, self.sole_buyers * self.penetration)

    @property
    def repeat_rate(self) -> NDArray[np.float64]:
        """Share of the brand's buyers in one period who buy it again in the next of the same length, (B,)."""
        return 2 - ratio(self.over(2).penetration, self.penetration)

    @cached_property
    def duplication(self) -> NDArray[np.float64]:
        """Share of the buyers of brand j (row) who also buy brand k (column), (B, B), with ones in the diagonal.

        Two brands together are one brand with the sum of their shares, so who buys both follows from three
        penetrations.
        """
        brands = len(self.shares)
        j, k = np.triu_indices(brands, 1)
        either = self._weighted(self.category.frequencies, np.minimum(self.shares[j] + self.shares[k], 1.0))
        both = np.diag(self.penetration)
        both[j, k] = both[k, j] = self.penetration[j] + self.penetration[k] - either
        return ratio(both, self.penetration[:, None])

    @property
    def duplication_coefficient(self) -> float:
        """D of the duplication-of-purchase law; see `duplication_coefficient` in this file."""
        return duplication_coefficient(self.duplication, self.penetration)

    def _weighted(self, weights: NDArray[np.float64], m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum weights[n] x P(a brand of share m is bought at least once in n purchases), (len(m),)."""
        step = max(1, _MOST_CELLS // len(weights))
        parts = [weights @ ever_bought(m[i : i + step], self.S, len(weights)) for i in range(0, len(m), step)]
        return np.concatenate(parts) if parts else np.empty(0)


def ever_bought(shares: NDArray[np.float64], S: float | NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return the chance that a brand is bought at least once in n = 0, 1, ..., size - 1 category purchases.

    Parameters
    ----------
    shares : (B,) array
        The brands' shares.
    S : float or (B,) array
        Likeness of tastes, which may be tried per brand.
    size : int
        Number of rows of the result.

    Returns
    -------
    (size, B) array
        One minus the beta-binomial chance of no purchase, which is the product over i < n of 1 - share / (1 + i / S);
        summed as logarithms, exact also where the share is 0 or 1 or S infinite.
    """
    earlier = np.arange(size - 1)[:, None]
    with np.errstate(divide="ignore"):
        steps = np.log1p(-shares / (1 + earlier / S))
    never = np.zeros((size, len(shares)))
    np.cumsum(steps, axis=0, out=never[1:])
    return -np.expm1(never)


def duplication_coefficient(duplication: NDArray[np.float64], penetration: NDArray[np.float64]) -> float:
    """Return D of the duplication-of-purchase law: the share of j's buyers who also buy k is D x penetration of k.

    Parameters
    ----------
    duplication : (B, B) array
        Share of the buyers of j (row) who also buy k (column); the diagonal is not looked at.
    penetration : (B,) array
        Share of shoppers who buy the brand.

    Returns
    -------
    float
        Least squares through the origin over all pairs of different brands; NaN with fewer than two brands.

    Notes
    -----
    Source: Goodhardt & Ehrenberg (1969); Ehrenberg (1988), Repeat-Buying.
    """
    pairs = ~np.eye(len(penetration), dtype=np.bool_) & np.isfinite(duplication)
    of = np.broadcast_to(penetration, duplication.shape)[pairs]
    square = float(of @ of)
    return float(duplication[pairs] @ of) / square if square > 0 else float("nan")
