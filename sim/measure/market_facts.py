"""What a market scenario is written from: shares, prices, and the parameters of purchase and taste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.measure.performance import measure
from sim.measure.prices import mean_prices, price_dispersion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.measure.panel import Panel


@dataclass(frozen=True, eq=False)
class MarketFacts:
    """A category as a panel shows it; arrays are (B,), in the panel's order of brands. NaN where it cannot be told.

    Parameters
    ----------
    brands : tuple of str
        Names; ``"other"`` is the pool of small brands.
    shares : array
        Shares of purchases.
    prices, list_prices : arrays
        Mean price per unit, weighted by units: paid, and before discounts. Units are packs of any size.
    price_dispersion : array
        Standard deviation of the logarithm of the price paid per unit over a brand's purchases: pack sizes, variants,
        deals and shops together. Free goods (price 0) are left out.
    price_dispersion_median, price_dispersion_mean : float
        Of the brands', without the pool of small ones.
    weeks : float
        Length of the period.
    M_per_week : float
        Category purchases per panelist and week.
    K, S, S_likelihood : float
        Evenness of purchase rates (mean and zeros), likeness of tastes (by penetrations, by likelihood).
    penetration : float
        Share of panelists who bought the category in the period.
    category : dict
        All measures of the category, as in `measure`.
    observed : list of dict
        All measures of each brand, as in `measure`.
    """

    brands: tuple[str, ...]
    shares: NDArray[np.float64]
    prices: NDArray[np.float64]
    list_prices: NDArray[np.float64]
    price_dispersion: NDArray[np.float64]
    price_dispersion_median: float
    price_dispersion_mean: float
    weeks: float
    M_per_week: float
    K: float
    S: float
    S_likelihood: float
    penetration: float
    category: dict[str, float]
    observed: list[dict[str, Any]]


def describe_market(panel: Panel) -> MarketFacts:
    """Return the facts of a panel that a market scenario needs.

    Raises
    ------
    DataError
        If nobody bought anything.
    """
    measures = measure(panel)
    category = measures.category
    dispersion = price_dispersion(panel)
    known = dispersion[panel.named & np.isfinite(dispersion)]
    return MarketFacts(
        brands=panel.brands,
        shares=measures.column("share"),
        prices=measures.column("price"),
        list_prices=mean_prices(panel, listed=True),
        price_dispersion=dispersion,
        price_dispersion_median=float(np.median(known)) if len(known) else float("nan"),
        price_dispersion_mean=float(np.mean(known)) if len(known) else float("nan"),
        weeks=panel.weeks,
        M_per_week=category["M"] / panel.weeks,
        K=category["K"],
        S=category["S"],
        S_likelihood=category["S_likelihood"],
        penetration=category["penetration"],
        category=category,
        observed=measures.brands,
    )
