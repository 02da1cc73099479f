"""The measures of brand performance of a panel, each beside its value in the NBD-Dirichlet model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import DataError
from sim.measure.dirichlet import duplication_coefficient
from sim.measure.fitted_theory import fit_theory
from sim.measure.prices import mean_price, mean_prices
from sim.measure.ratios import ratio
from sim.measure.tally import tally

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from sim.measure.fitted_theory import FittedTheory
    from sim.measure.panel import Panel
    from sim.measure.tally import Tally

HEAVY = 0.2
"""Heavy buyers are the fifth of the category's buyers who bought most."""

THEORETICAL = (
    "penetration",
    "purchase_frequency",
    "share_of_requirements",
    "sole_buyers",
    "sole_rate",
    "category_rate",
    "repeat_rate",
)
"""Measures of a brand that also have a value in the Dirichlet model, called ``<measure>_dirichlet``."""


@dataclass(frozen=True, eq=False)
class Measures:
    """Brand performance in one period; a number that cannot be told is NaN.

    Parameters
    ----------
    category : dict
        Measures of the category, see `measure`.
    brands : list of dict
        Measures of each brand in the panel's order, see `measure`.
    duplication, duplication_dirichlet : (B, B) arrays
        Share of the buyers of brand j (row) who also bought brand k (column), observed and in theory.
    """

    category: dict[str, float]
    brands: list[dict[str, Any]]
    duplication: NDArray[np.float64]
    duplication_dirichlet: NDArray[np.float64]

    def column(self, measure: str) -> NDArray[np.float64]:
        """Return one measure of all brands, (B,)."""
        return np.array([brand[measure] for brand in self.brands], dtype=np.float64)

    def as_tables(self) -> dict[str, pa.Table]:
        """Return Arrow tables: ``category`` (measure, value), ``brands`` (one row each), ``duplication`` (a pair)."""
        import pyarrow as pa

        names = [brand["brand"] for brand in self.brands]
        size = len(names)
        return {
            "category": pa.table({"measure": list(self.category), "value": list(self.category.values())}),
            "brands": pa.Table.from_pylist(self.brands),
            "duplication": pa.table(
                {
                    "brand": np.repeat(names, size),
                    "also": np.tile(names, size),
                    "duplication": self.duplication.ravel(),
                    "duplication_dirichlet": self.duplication_dirichlet.ravel(),
                }
            ),
        }

    def to_json(self) -> dict[str, Any]:
        """Return ``{"category": {...}, "brands": [{...}, ...]}`` for `json.dumps`; what cannot be told is None."""
        return {"category": _plain(self.category), "brands": [_plain(brand) for brand in self.brands]}


def measure(panel: Panel) -> Measures:
    """Measure the performance of all brands in a panel, over the whole of its period.

    Returns
    -------
    Measures
        **category**: ``panelists`` (NaN if unknown), ``buyers``, ``purchases``, ``units``, ``days``; ``penetration``
        (NaN if panelists are unknown), ``purchases_per_buyer``; ``brands_per_buyer`` (repertoire size); ``price``
        (mean paid per unit); ``heavy_buyer_share`` and ``heavy_buyer_share_units`` (of purchases and of units, made by
        the 20 % of buyers who bought most); ``M``, ``K``, ``K_likelihood``, ``S``, ``S_likelihood`` (see
        `FittedTheory`); ``D`` and ``D_dirichlet`` (duplication, without the pool of small brands).

        Each of **brands**: ``brand``; ``share`` (of purchases), ``share_units``; ``penetration`` (of panelists, or of
        category buyers if panelists are unknown); ``purchase_frequency`` (purchases per buyer of the brand);
        ``category_rate`` (the same buyers' category purchases); ``share_of_requirements`` (the one over the other);
        ``sole_buyers`` (share of its buyers who bought nothing else), ``sole_rate`` (their purchases);
        ``repeat_rate`` (share of its buyers in the first half of the period who bought it again in the second);
        ``repertoire`` (brands bought by its buyers, itself included); ``price`` (mean paid per unit, by units); and
        ``<measure>_dirichlet`` for all in `THEORETICAL`.

    Raises
    ------
    DataError
        If nobody bought anything.
    """
    if not panel.purchases:
        raise DataError("the panel holds no purchases in this period; allowed: at least one")
    counts = tally(panel)
    theory = fit_theory(panel, counts)
    columns = _observed(panel, counts) | _theoretical(panel, theory)
    listed = {name: values.tolist() for name, values in columns.items()}
    brands = [
        {"brand": name} | {each: values[i] for each, values in listed.items()} for i, name in enumerate(panel.brands)
    ]
    size = len(panel.brands)
    duplication = counts.duplication
    expected = theory.dirichlet.duplication if theory.dirichlet else np.full((size, size), np.nan)
    category = _category(panel, counts, theory)
    category["D"] = _coefficient(panel, duplication, columns["penetration"])
    category["D_dirichlet"] = _coefficient(panel, expected, columns["penetration_dirichlet"])
    return Measures(category, brands, duplication, expected)


def _category(panel: Panel, counts: Tally, theory: FittedTheory) -> dict[str, float]:
    units = np.bincount(panel.shopper, weights=panel.units, minlength=counts.shoppers)
    panelists = math.nan if panel.panelists is None else float(panel.panelists)
    return {
        "panelists": panelists,
        "buyers": float(panel.buyers),
        "purchases": float(panel.purchases),
        "units": float(panel.units.sum()),
        "days": float(panel.days),
        "penetration": panel.buyers / panelists,
        "purchases_per_buyer": panel.purchases / panel.buyers,
        "brands_per_buyer": float(counts.repertoire.sum() / panel.buyers),
        "price": mean_price(panel),
        "heavy_buyer_share": share_of_heaviest(counts.totals),
        "heavy_buyer_share_units": share_of_heaviest(units),
        "M": theory.category.M if theory.category else math.nan,
        "K": theory.category.K if theory.category else math.nan,
        "K_likelihood": theory.K_likelihood,
        "S": theory.S,
        "S_likelihood": theory.S_likelihood,
    }


def _observed(panel: Panel, counts: Tally) -> dict[str, NDArray[np.float64]]:
    """Return the measures of brands, each (B,)."""
    size = len(panel.brands)
    sole = counts.sole
    sole_buyers = np.bincount(counts.brand[sole], minlength=size)
    category_purchases = counts.summed_over_buyers(counts.totals)
    units = np.bincount(panel.brand, weights=panel.units, minlength=size)
    return {
        "share": counts.purchases / panel.purchases,
        "share_units": units / units.sum(),
        "penetration": counts.buyers / (panel.panelists or panel.buyers),
        "purchase_frequency": ratio(counts.purchases, counts.buyers),
        "category_rate": ratio(category_purchases, counts.buyers),
        "share_of_requirements": ratio(counts.purchases, category_purchases),
        "sole_buyers": ratio(sole_buyers, counts.buyers),
        "sole_rate": ratio(np.bincount(counts.brand[sole], counts.count[sole], minlength=size), sole_buyers),
        "repeat_rate": repeat_rate(panel),
        "repertoire": ratio(counts.summed_over_buyers(counts.repertoire), counts.buyers),
        "price": mean_prices(panel),
    }


def _theoretical(panel: Panel, theory: FittedTheory) -> dict[str, NDArray[np.float64]]:
    model = theory.dirichlet
    if model is None:
        return {f"{name}_dirichlet": np.full(len(panel.brands), np.nan) for name in THEORETICAL}
    values: dict[str, NDArray[np.float64]] = {f"{name}_dirichlet": getattr(model, name) for name in THEORETICAL}
    values["penetration_dirichlet"] = model.penetration / theory.base
    half = panel.days // 2 / panel.days
    values["repeat_rate_dirichlet"] = model.over(half).repeat_rate if half else np.full(len(panel.brands), np.nan)
    return values


def repeat_rate(panel: Panel) -> NDArray[np.float64]:
    """Return for each brand the share of its buyers in the first half of the period who bought it again in the second.

    Of a period with an odd number of days the last day is left out. NaN for a brand without buyers in the first half.
    """
    size = len(panel.brands)
    half = panel.days // 2
    pairs = panel.shopper * size + panel.brand
    first = np.unique(pairs[panel.day < half])
    second = np.unique(pairs[(panel.day >= half) & (panel.day < 2 * half)])
    again = np.intersect1d(first, second, assume_unique=True)
    return ratio(np.bincount(again % size, minlength=size), np.bincount(first % size, minlength=size))


def share_of_heaviest(amounts: NDArray[Any], heavy: float = HEAVY) -> float:
    """Return the share of all `amounts` (one per shopper; zeros are no buyers) that the heaviest buyers account for.

    A buyer who is only partly among the heaviest counts in that part.

    Notes
    -----
    Source: Sharp, Romaniuk & Graham (2019): about .5 to .6 in a year for the heaviest fifth.
    """
    ordered = np.sort(amounts[amounts > 0])[::-1]
    cumulated = np.concatenate([[0.0], np.cumsum(ordered)])
    return float(np.interp(heavy * len(ordered), np.arange(len(cumulated)), cumulated) / cumulated[-1])


def _coefficient(panel: Panel, duplication: NDArray[np.float64], penetration: NDArray[np.float64]) -> float:
    named = np.flatnonzero(panel.named)
    return duplication_coefficient(duplication[np.ix_(named, named)], penetration[named])


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in values.items()
    }
