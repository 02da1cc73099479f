"""Fits the NBD-Dirichlet model to a panel: the theory that its measures are held against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.measure.dirichlet import Dirichlet
from sim.measure.dirichlet_fit import fit_s_likelihood, fit_s_penetrations
from sim.measure.nbd import NBD, fit_nbd_counts, fit_nbd_truncated, fit_nbd_zeros

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.measure.panel import Panel
    from sim.measure.tally import Tally


SMALL_BRAND = 0.02
"""Brands that fewer shoppers buy say too little about S, unless there is no other: one chance buyer moves it far."""


@dataclass(frozen=True, eq=False)
class FittedTheory:
    """The NBD-Dirichlet of a panel's period.

    Parameters
    ----------
    category : NBD or None
        Of category purchases; by mean and zeros where panel members are known and some did not buy, by (truncated)
        likelihood elsewhere. None if buyers only are known and none bought twice.
    K_likelihood : float
        K by maximum likelihood of all purchase frequencies, to be held against `category.K`.
    S, S_likelihood : float
        By penetrations (of brands above `SMALL_BRAND`, the pool of small ones left out) and by likelihood; NaN where
        they cannot be told.
    dirichlet : Dirichlet or None
        With `category` and `S`; None if either cannot be told.
    base : float
        Share of all shoppers that observed penetrations refer to: 1 if panel members are known, else the theoretical
        share of category buyers.
    """

    category: NBD | None
    K_likelihood: float
    S: float
    S_likelihood: float
    dirichlet: Dirichlet | None
    base: float


def fit_theory(panel: Panel, counts: Tally) -> FittedTheory:
    """Estimate M, K and S of a panel with at least one purchase."""
    histogram = counts.histogram
    frequencies = histogram[-1].copy()
    buyers = int(frequencies[1:].sum())
    frequencies[0] = 0 if panel.panelists is None else panel.panelists - buyers
    category, k_likelihood = _fit_category(frequencies, buyers_only=panel.panelists is None)
    base = 1.0 if panel.panelists is not None else category.penetration if category else math.nan
    shares = counts.purchases / panel.purchases
    s = math.nan
    penetrations = counts.buyers / (panel.panelists or buyers) * base
    used = panel.named & (penetrations > SMALL_BRAND)
    if not used.any():
        used = panel.named & (shares > 0)
    if category and np.count_nonzero(shares) > 1 and used.any():
        s = fit_s_penetrations(category, shares[used], penetrations[used])
    dirichlet = Dirichlet(category.M, category.K, s, shares) if category and not math.isnan(s) else None
    return FittedTheory(category, k_likelihood, s, fit_s_likelihood(histogram), dirichlet, base)


def _fit_category(frequencies: NDArray[np.int64], *, buyers_only: bool) -> tuple[NBD | None, float]:
    """Return the NBD of category purchases, and K by likelihood."""
    if buyers_only:
        if not frequencies[2:].any():
            return None, math.nan
        truncated = fit_nbd_truncated(frequencies)
        return truncated, truncated.K
    likely = fit_nbd_counts(frequencies)
    if frequencies[0] == 0:
        return likely, likely.K
    return fit_nbd_zeros(likely.M, float(frequencies[0] / frequencies.sum())), likely.K
