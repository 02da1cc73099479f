"""A household purchase panel: who bought which brand on which day, how many units and at what price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

OTHER = "other"
"""Name of the brand in which small brands are pooled; it is left out of comparisons between brands."""

DAYS_PER_WEEK = 7


@dataclass(frozen=True, eq=False)
class Panel:
    """Purchases of one category by the members of one panel in one period.

    A purchase is one shopper's buying of one brand on one occasion (a day, or a basket where baskets are known),
    whatever the number of units. All arrays have shape (purchases,).

    Parameters
    ----------
    shopper, brand : int arrays
        Codes: positions in `shopper_ids` and `brands`.
    day : int array
        Days from the start of the period, from 0 to ``days - 1``.
    units : int array
        Units bought, at least 1.
    price : float array
        Price paid per unit, in money; NaN where it is not known.
    brands : tuple of str
        Names; the brand called ``"other"`` is a pool of small ones.
    shopper_ids : (shoppers,) array
        Names of the shoppers who may occur, not of all panel members.
    panelists : int or None
        Panel members, whether they bought or not; None if only the buyers are known.
    days : int
        Length of the period.
    list_price : float array, optional
        Price per unit before discounts, if known.
    """

    shopper: NDArray[np.int64]
    day: NDArray[np.int64]
    brand: NDArray[np.int64]
    units: NDArray[np.int64]
    price: NDArray[np.float64]
    brands: tuple[str, ...]
    shopper_ids: NDArray[Any]
    panelists: int | None
    days: int
    list_price: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        size = len(self.shopper)
        assert all(len(each) == size for each in (self.day, self.brand, self.units, self.price))
        assert self.list_price is None or len(self.list_price) == size
        assert size == 0 or (self.day.min() >= 0 and self.day.max() < self.days)
        assert size == 0 or (self.brand.min() >= 0 and self.brand.max() < len(self.brands))
        assert size == 0 or (self.shopper.min() >= 0 and self.shopper.max() < len(self.shopper_ids))
        assert self.panelists is None or self.panelists >= self.buyers

    @property
    def purchases(self) -> int:
        """Number of purchases."""
        return len(self.shopper)

    @property
    def buyers(self) -> int:
        """Number of shoppers who bought at least once in the period."""
        return int(np.count_nonzero(np.bincount(self.shopper, minlength=1)))

    @property
    def weeks(self) -> float:
        """Length of the period in weeks."""
        return self.days / DAYS_PER_WEEK

    @property
    def named(self) -> NDArray[np.bool_]:
        """Which brands are brands of their own and not the pool of small ones, (brands,)."""
        return np.array([name != OTHER for name in self.brands], dtype=np.bool_)

    def between(self, first_day: int, last_day: int) -> Panel:
        """Return the purchases from `first_day` to `last_day`, both included, as a panel that starts on `first_day`.

        Raises
        ------
        UsageError
            If the days are not within the period.
        """
        if not 0 <= first_day <= last_day < self.days:
            raise UsageError(f"days {first_day} to {last_day} of a panel; allowed: within 0 to {self.days - 1}")
        kept = self._rows((self.day >= first_day) & (self.day <= last_day))
        return replace(kept, day=kept.day - first_day, days=last_day - first_day + 1)

    def top(self, k: int = 10, min_share: float = 0.01) -> Panel:
        """Return the panel with brands by size, and small ones pooled as ``"other"``, which comes last.

        Parameters
        ----------
        k : int
            Number of brands to keep by name.
        min_share : float
            Brands with a smaller share of purchases are pooled even if they are among the first `k`.
        """
        counts = np.bincount(self.brand, minlength=len(self.brands))
        by_size = sorted(np.flatnonzero(self.named), key=lambda brand: (-counts[brand], self.brands[brand]))
        kept = [brand for brand in by_size[:k] if counts[brand] >= min_share * self.purchases]
        names = [self.brands[brand] for brand in kept]
        codes = np.full(len(self.brands), len(kept), dtype=np.int64)
        codes[kept] = np.arange(len(kept))
        if len(kept) < len(self.brands):
            names.append(OTHER)
        return replace(self, brand=codes[self.brand], brands=tuple(names))

    def _rows(self, keep: NDArray[np.bool_]) -> Panel:
        return replace(
            self,
            shopper=self.shopper[keep],
            day=self.day[keep],
            brand=self.brand[keep],
            units=self.units[keep],
            price=self.price[keep],
            list_price=None if self.list_price is None else self.list_price[keep],
        )


def read_panel(
    source: object,
    *,
    columns: Mapping[str, str] | None = None,
    panelists: int | None = None,
    weeks: float | None = None,
    where: Mapping[str, object] | None = None,
) -> Panel:
    """Read a purchase panel from a CSV or Parquet file, an Arrow table or a pandas data frame.

    Rows of one shopper, brand and day (or basket, if there is such a column) are one purchase. Brands are put in
    order of their number of purchases. Day 0 is the first day on which anybody bought.

    Parameters
    ----------
    source : path, pyarrow.Table or pandas.DataFrame
        The table. Days are ISO dates (of time stamps the date, as written) or whole numbers.
    columns : mapping, optional
        What the table calls ``shopper``, ``day``, ``brand``, ``units``, ``price``, ``list_price`` and ``basket``, where
        it differs from these names; the last three need not be there.
    panelists : int, optional
        Number of panel members, buyers or not. Without it penetrations are shares of the buyers.
    weeks : float, optional
        Length of the period in weeks; by default from the first day with a purchase to the last.
    where : mapping, optional
        Column and value of the rows to use, such as ``{"arm": "baseline", "replicate": 0}``.

    Raises
    ------
    DataError
        With all that is wrong with the table: up to ten problems with file, line, column, value and what is allowed.
    UsageError
        If `columns` maps something that a panel does not have, or `weeks` is not above 0.
    """
    from sim.measure.panel_file import open_table
    from sim.measure.panel_rows import check_rows

    if weeks is not None and not 0 < weeks < float("inf"):
        raise UsageError(f"weeks = {weeks}; allowed: a number above 0")
    raw = open_table(source)
    rows = check_rows(raw, columns, where)
    spanned, buyers = int(rows.day.max()) + 1, len(rows.shopper_ids)
    days = spanned if weeks is None else round(weeks * DAYS_PER_WEEK)
    if days < spanned:
        raise DataError(f"{raw.problems.source}: purchases span {spanned} days; allowed in {weeks} weeks: {days}")
    if panelists is not None and panelists < buyers:
        raise DataError(f"{raw.problems.source}: {panelists} panelists; allowed: at least the {buyers} who bought")
    panel = Panel(
        shopper=rows.shopper,
        day=rows.day,
        brand=rows.brand,
        units=rows.units,
        price=rows.price,
        list_price=None if np.isnan(rows.list_price).all() else rows.list_price,
        brands=rows.brands,
        shopper_ids=rows.shopper_ids,
        panelists=panelists,
        days=days,
    )
    return panel.top(k=len(rows.brands), min_share=0.0)
