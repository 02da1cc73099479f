"""The weekly table: for each week and brand, what was sold, earned, spent, felt and preferred."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.brands.finance import ACCOUNT, account, expected_cost, further_costs, redeemable
from sim.market.record.poll import poll
from sim.market.record.recorder import Recorder

if TYPE_CHECKING:
    from sim.market.market import Market

MEASURES: dict[str, str] = {
    "units": "units sold",
    "market_share": "share of units",
    **ACCOUNT,
    "preference_share": "share of shoppers who prefer the brand (polled)",
    "intrinsic_preference_share": "the same without price and scheme (polled)",
    "satisfaction": "mean satisfaction of the week's buyers",
    "recommendation": "share of the week's buyers who would recommend",
    "rating": "mean rating on the platform",
    "members": "members of the scheme",
    "points_issued": "points issued",
    "points_redeemed": "points redeemed",
    "points_expired": "points expired",
    "points_outstanding": "points held",
}
"""Columns of the weekly table beside week and brand, with their meaning; money in the scenario's own unit.

Further costs that behaviours declare (see `sim.market.brands.finance`) are columns beside these.
"""


class WeeklyTable(Recorder):
    """Collects the weekly table from week `start` on.

    Attributes
    ----------
    weeks
        Weeks recorded so far.
    rows
        Per measure a list with one array (B,) a week.
    further_costs
        Measures that are costs declared by behaviours.
    """

    def __init__(self, start: int = 0) -> None:
        self.start = start
        self.weeks: list[int] = []
        self.rows: dict[str, list[NDArray[np.float64]]] = {name: [] for name in MEASURES}
        self.further_costs: tuple[str, ...] = ()
        self._owed = np.zeros(0)

    def open_week(self, market: "Market") -> None:
        """Note, before the first week, what points held by then are expected to cost."""
        if not self._owed.size and market.week >= self.start:
            self._owed = redeemable(market)
            self._redeemed, self._expired = np.zeros((2, len(market.shares)))
            self.further_costs = further_costs(market.tally)
            self.rows |= {name: [] for name in self.further_costs}

    def close_week(self, market: "Market") -> None:
        """Work out the week's measures."""
        if market.week < self.start:
            return
        values = {**account(market), **_sales(market), **_minds(market), **_points(market)}
        self._put_aside(values)
        self.weeks.append(market.week)
        for name, rows in self.rows.items():
            rows.append(np.asarray(values[name], np.float64))

    def _put_aside(self, values: dict[str, NDArray[np.float64]]) -> None:
        """Add by how much the expected cost of points held has grown, and what that leaves."""
        self._redeemed += values["points_redeemed"]
        self._expired += values["points_expired"]
        owed = expected_cost(values["points_redeemable"], self._redeemed, self._expired)
        values["deferred_cost"] = owed - self._owed
        values["contribution_after_liability"] = values["contribution"] - values["deferred_cost"]
        self._owed = owed

    def column(self, measure: str) -> NDArray[np.float64]:
        """Return one measure. Shape (weeks, B)."""
        return np.array(self.rows[measure])


def _sales(market: "Market") -> dict[str, NDArray[np.float64]]:
    units = market.tally.units.astype(np.float64)
    return {"units": units, "market_share": units / max(units.sum(), 1.0)}


def _minds(market: "Market") -> dict[str, NDArray[np.float64]]:
    tally, brands = market.tally, len(market.shares)
    with np.errstate(invalid="ignore", divide="ignore"):
        felt = tally.satisfaction / 65536.0 / tally.units
        recommends = tally.recommended / tally.units
        rating = market.world.score / market.world.stars.sum(axis=1)
    every = market.spec.record.preference_every
    asked = np.full((2, brands), np.nan)
    if every and (market.week + 1) % every == 0:
        result = poll(market)
        asked = np.array([result.preferred, result.intrinsic])[:, :brands] / market.spec.shoppers
    return {
        "satisfaction": felt,
        "recommendation": recommends,
        "rating": rating,
        "preference_share": asked[0],
        "intrinsic_preference_share": asked[1],
    }


def _points(market: "Market") -> dict[str, NDArray[np.float64]]:
    kinds = ("issued", "redeemed", "expired")
    names = ("members", "points_outstanding", *(f"points_{kind}" for kind in kinds))
    values = {name: np.zeros(len(market.shares)) for name in names}
    for slot, brand in enumerate(market.scheme_brands):
        values["members"][brand] = market.world.members[slot]
        values["points_outstanding"][brand] = market.world.outstanding[slot]
        for kind in kinds:
            values[f"points_{kind}"][brand] = getattr(market.tally, f"points_{kind}")[slot]
    return values
