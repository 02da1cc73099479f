"""The negative binomial distribution (NBD) of purchase frequencies, and how its parameters are estimated.

Each shopper buys as a Poisson process at a steady rate; rates differ between shoppers as a gamma distribution.

Source: Ehrenberg (1959), "The pattern of consumer purchases"; Ehrenberg (1988), Repeat-Buying.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import betainc, gammainc, gammaln

from sim.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

TAIL = 1e-10
"""Sums over purchase frequencies stop where less than this share of all purchases is left out."""

K_RANGE = (1e-3, 1e4)
"""Where K is looked for; beyond the upper end the NBD cannot be told from a Poisson distribution, and K is infinite."""


@dataclass(frozen=True)
class NBD:
    """Distribution of the number of purchases per shopper in one period.

    Parameters
    ----------
    M : float
        Mean number of purchases per shopper, buyers or not; grows with the length of the period.
    K : float
        Evenness of the shoppers' rates (shape of the gamma); the same for any period. Infinite is Poisson.

    Raises
    ------
    UsageError
        If a parameter is not above 0.
    """

    M: float
    K: float

    def __post_init__(self) -> None:
        if not (self.M > 0 and self.K > 0 and math.isfinite(self.M)):
            raise UsageError(f"NBD with M = {self.M}, K = {self.K}: both must be above 0, and M finite")

    def over(self, periods: float) -> NBD:
        """Return the distribution over another length of time: M grows in proportion, K stays."""
        return NBD(self.M * periods, self.K)

    def log_pmf(self, n: ArrayLike) -> NDArray[np.float64]:
        """Return the logarithm of the share of shoppers who buy exactly `n` times, in the shape of `n`."""
        n = np.asarray(n, dtype=np.float64)
        if math.isinf(self.K):
            return np.asarray(n * math.log(self.M) - self.M - gammaln(n + 1))
        ways = gammaln(self.K + n) - gammaln(self.K) - gammaln(n + 1)
        return np.asarray(ways - self.K * math.log1p(self.M / self.K) - n * math.log1p(self.K / self.M))

    def pmf(self, n: ArrayLike) -> NDArray[np.float64]:
        """Return the share of shoppers who buy exactly `n` times, in the shape of `n`."""
        return np.exp(self.log_pmf(n))

    @property
    def zeros(self) -> float:
        """Share of shoppers who do not buy at all."""
        return math.exp(-self.M if math.isinf(self.K) else -self.K * math.log1p(self.M / self.K))

    @property
    def penetration(self) -> float:
        """Share of shoppers who buy at least once."""
        return -math.expm1(-self.M if math.isinf(self.K) else -self.K * math.log1p(self.M / self.K))

    @property
    def purchase_frequency(self) -> float:
        """Mean number of purchases per buyer."""
        return self.M / self.penetration

    @property
    def repeat_rate(self) -> float:
        """Share of one period's buyers who buy again in the next period of the same length."""
        return 2 - self.over(2).penetration / self.penetration

    @cached_property
    def frequencies(self) -> NDArray[np.float64]:
        """Share of shoppers who buy 0, 1, 2, ... times; what is left out makes up less than `TAIL` of purchases."""
        return self.pmf(np.arange(self._longest() + 1))

    def _longest(self) -> int:
        """Return the least n such that shoppers who buy more often make up less than `TAIL` of all purchases.

        Purchases by frequency are one more than an NBD with K + 1, which is cut off later than shoppers are.
        """
        low, high = 0, max(8, math.ceil(self.M))
        while self._left_out(high) > TAIL:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._left_out(middle) > TAIL else (low, middle)
        return high

    def _left_out(self, n: int) -> float:
        """Return the share of purchases that is made by shoppers who buy more than `n` times (n >= 1)."""
        if math.isinf(self.K):
            return float(gammainc(n, self.M))
        return float(betainc(n, self.K + 1, self.M / (self.M + self.K)))


def fit_nbd_zeros(mean: float, zeros: float) -> NBD:
    """Estimate the NBD by mean and zeros: the K that gives the observed share of non-buyers.

    Parameters
    ----------
    mean : float
        Purchases per panel member.
    zeros : float
        Share of panel members who did not buy.

    Returns
    -------
    NBD
        With infinite K if there are no more non-buyers than among equal shoppers (Poisson).

    Raises
    ------
    UsageError
        If the mean is not above 0, or the share of non-buyers not between 0 and 1 (both excluded): without
        non-buyers in the panel use `fit_nbd_counts` or `fit_nbd_truncated`.

    Notes
    -----
    Source: Ehrenberg (1988), Repeat-Buying.
    """
    if not (0 < zeros < 1 and mean > 0):
        raise UsageError(f"mean and zeros need a mean above 0 and zeros between 0 and 1, not {mean} and {zeros}")

    def gap(log_k: float) -> float:
        return NBD(mean, math.exp(log_k)).penetration - (1 - zeros)

    return NBD(mean, _solve_k(gap))


def fit_nbd_counts(frequencies: ArrayLike) -> NBD:
    """Estimate the NBD by maximum likelihood from a panel with its non-buyers.

    Parameters
    ----------
    frequencies : (n + 1,) array
        Number of panel members who bought 0, 1, 2, ..., n times.

    Raises
    ------
    UsageError
        If nobody bought.
    """
    counts, n = _observed(frequencies, first=0)
    mean = float(counts @ n / counts.sum())
    return NBD(mean, _best_k(lambda k: float(counts @ NBD(mean, k).log_pmf(n))))


def fit_nbd_truncated(frequencies: ArrayLike) -> NBD:
    """Estimate the NBD by maximum likelihood when only buyers are known (zero-truncated).

    Parameters
    ----------
    frequencies : (n + 1,) array
        Number of shoppers who bought 0, 1, 2, ..., n times; the first is ignored.

    Returns
    -------
    NBD
        Of all shoppers, non-buyers included, whose number this also estimates: buyers over penetration.
        K near the lower end of `K_RANGE` means that the number of non-buyers cannot be told.

    Raises
    ------
    UsageError
        If no buyer bought more than once: then the data hold nothing about K.
    """
    counts, n = _observed(frequencies, first=1)
    per_buyer = float(counts @ n / counts.sum())
    if per_buyer <= 1:
        raise UsageError("no buyer bought more than once: the NBD of a panel without its non-buyers cannot be told")

    def log_likelihood(k: float) -> float:
        nbd = NBD(_mean_of_buyers(per_buyer, k), k)
        return float(counts @ nbd.log_pmf(n)) - float(counts.sum()) * math.log(nbd.penetration)

    k = _best_k(log_likelihood)
    return NBD(_mean_of_buyers(per_buyer, k), k)


def _mean_of_buyers(per_buyer: float, k: float) -> float:
    """Return the mean M at which buyers buy `per_buyer` times, for a given K."""

    def gap(log_m: float) -> float:
        return NBD(math.exp(log_m), k).purchase_frequency - per_buyer

    return math.exp(brentq(gap, math.log(1e-9), math.log(per_buyer), xtol=1e-13))


def _observed(frequencies: ArrayLike, first: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    counts = np.asarray(frequencies, dtype=np.float64)
    n = np.flatnonzero(counts)
    n = n[n >= first]
    if not n.any():
        raise UsageError("nobody bought: purchase frequencies cannot be fitted")
    return counts[n], n.astype(np.float64)


def _solve_k(gap: Callable[[float], float]) -> float:
    """Return the K in `K_RANGE` at which `gap`, which rises with ln K, is 0; its ends if there is none."""
    low, high = (math.log(end) for end in K_RANGE)
    if gap(high) <= 0:
        return math.inf
    if gap(low) >= 0:
        return K_RANGE[0]
    return math.exp(brentq(gap, low, high, xtol=1e-12))


def _best_k(log_likelihood: Callable[[float], float]) -> float:
    """Return the K in `K_RANGE` of greatest likelihood; infinite at the upper end."""
    low, high = (math.log(end) for end in K_RANGE)
    found = minimize_scalar(
        lambda log_k: -log_likelihood(math.exp(log_k)), bounds=(low, high), method="bounded", options={"xatol": 1e-7}
    )
    return math.inf if found.x > high - 1e-3 else math.exp(found.x)
