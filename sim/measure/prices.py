"""Prices in a panel: their level and how far they spread within a brand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.measure.ratios import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.measure.panel import Panel


def mean_prices(panel: Panel, *, listed: bool = False) -> NDArray[np.float64]:
    """Return the mean price per unit of each brand, weighted by units, (B,); NaN without known prices.

    Parameters
    ----------
    panel : Panel
        The purchases.
    listed : bool
        Take prices before discounts and not prices paid.
    """
    spent, units = _spent(panel, listed=listed)
    return ratio(spent, units)


def mean_price(panel: Panel) -> float:
    """Return the mean price paid per unit in the category, weighted by units; NaN without known prices."""
    spent, units = _spent(panel, listed=False)
    return float(ratio(spent.sum(keepdims=True), units.sum(keepdims=True))[0])


def price_dispersion(panel: Panel) -> NDArray[np.float64]:
    """Return for each brand the standard deviation of ln price paid over its purchases, (B,).

    Free goods (price 0) are left out. NaN with fewer than two priced purchases.
    """
    size = len(panel.brands)
    priced = panel.price > 0
    brand, log_price = panel.brand[priced], np.log(panel.price[priced])
    n = np.bincount(brand, minlength=size)
    mean = ratio(np.bincount(brand, weights=log_price, minlength=size), n)
    squares = np.bincount(brand, weights=(log_price - mean[brand]) ** 2, minlength=size)
    return np.sqrt(ratio(squares, n - 1))


def _spent(panel: Panel, *, listed: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return money and units of each brand over the purchases whose price is known, (B,) each."""
    size = len(panel.brands)
    prices = panel.list_price if listed else panel.price
    if prices is None:
        return np.zeros(size), np.zeros(size)
    known = ~np.isnan(prices)
    brand, units = panel.brand[known], panel.units[known].astype(np.float64)
    spent = np.bincount(brand, weights=prices[known] * units, minlength=size)
    return np.asarray(spent), np.asarray(np.bincount(brand, weights=units, minlength=size))
