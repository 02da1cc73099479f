"""Two estimators of S, the likeness of shoppers' tastes: from the brands' penetrations, and from single shoppers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar

from sim.errors import UsageError
from sim.measure.dirichlet import ever_bought

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sim.measure.nbd import NBD

S_RANGE = (1e-2, 30.0)
"""Where S is looked for. 30 is the usual upper end (R package NBDdirichlet): above it tastes are as good as equal."""

_HALVINGS = 50


def brand_s(category: NBD, shares: ArrayLike, penetrations: ArrayLike) -> NDArray[np.float64]:
    """Return for each brand the S at which its theoretical penetration is the observed one.

    Parameters
    ----------
    category : NBD
        Category purchases in the period.
    shares, penetrations : (B,) arrays
        Observed shares of category purchases, and shares of all shoppers who bought.

    Returns
    -------
    (B,) array
        An end of `S_RANGE` where a brand has fewer or more buyers than any S allows.
    """
    m, b = np.asarray(shares, dtype=np.float64), np.asarray(penetrations, dtype=np.float64)
    low, high = (np.full(len(m), math.log(end)) for end in S_RANGE)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        too_small = category.frequencies @ ever_bought(m, np.exp(middle), len(category.frequencies)) < b
        low, high = np.where(too_small, middle, low), np.where(too_small, high, middle)
    return np.asarray(np.exp((low + high) / 2))


def fit_s_penetrations(category: NBD, shares: ArrayLike, penetrations: ArrayLike) -> float:
    """Estimate S from penetrations: per brand, then averaged with the shares as weights.

    Parameters
    ----------
    category : NBD
        Category purchases in the period.
    shares, penetrations : (B,) arrays
        Of the brands to use; a pool of small brands is better left out.

    Raises
    ------
    UsageError
        If no brand has a share.

    Notes
    -----
    Source: Goodhardt, Ehrenberg & Chatfield (1984). Known limits: one brand with
    exceptionally many buyers can pull the average far up; about 2 % too high on average with 2,500 panelists,
    because S bends upwards in the penetration. `fit_s_likelihood` has the smaller error but needs single shoppers.
    """
    m = np.asarray(shares, dtype=np.float64)
    if not m.sum() > 0:
        raise UsageError("S needs at least one brand with a share above 0")
    return float(m @ brand_s(category, m, penetrations) / m.sum())


def fit_s_likelihood(counts: ArrayLike) -> float:
    """Estimate S by maximum likelihood of the Dirichlet-multinomial, given how often each shopper bought.

    Parameters
    ----------
    counts : (B, n + 1) array
        Number of shoppers who bought brand j (row) exactly 0, 1, ..., n times (column), **and** in one more, last row
        the same for the category as a whole; column 0 is ignored. The first B rows are all the brands there are.

    Returns
    -------
    float
        Between the ends of `S_RANGE`; NaN if nobody bought twice, or there is only one brand.

    Notes
    -----
    Source: Mosimann (1962) for the distribution; Fader & Schmittlein (1993) for its likelihood as a measure of brand
    loyalty. Shares of purchases stand for the means. Of a brand it matters only how many shoppers bought it more
    than 0, 1, 2, ... times, so the work does not grow with the number of shoppers.
    """
    histogram = np.asarray(counts, dtype=np.float64)
    more_than = np.cumsum(histogram[:, :0:-1], axis=1)[:, ::-1]  # (B + 1, n): shoppers with more than x purchases
    purchases = more_than.sum(axis=1)
    shares = purchases[:-1] / purchases[-1]
    some = shares > 0
    if np.count_nonzero(some) < 2 or more_than.shape[1] < 2 or more_than[-1, 1] == 0:
        return math.nan
    x = np.arange(more_than.shape[1])

    def minus_log_likelihood(log_s: float) -> float:
        s = math.exp(log_s)
        brands = more_than[:-1][some] * np.log(s * shares[some, None] + x)
        return float((more_than[-1] * np.log(s + x)).sum() - brands.sum())

    bounds = tuple(math.log(end) for end in S_RANGE)
    found = minimize_scalar(minus_log_likelihood, bounds=bounds, method="bounded", options={"xatol": 1e-7})
    return math.exp(found.x)
