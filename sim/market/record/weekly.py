"""The weekly table: for each week and brand, what was sold, earned, spent, felt and preferred."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.record.poll import poll
from sim.market.record.recorder import Recorder
from sim.market.spec import LEVERS

if TYPE_CHECKING:
    from sim.market.market import Market

MEASURES: dict[str, str] = {
    "units": "units sold",
    "market_share": "share of units",
    "spending": "money that shoppers paid",
    "revenue": "money that retailers paid the brand",
    "goods_cost": "cost of goods sold",
    "lever_spend": "money on levers, beyond the category's norm",
    "norm_spend": "money on levers at the category's norm, a share of sales",
    "administration": "running cost of the scheme",
    "reward_cost": "what rewards redeemed cost the brand",
    "contribution": "revenue less cost of goods, all levers, administration and rewards",
    "price_reduction": "units times what the list price is below that at the start",
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
    "points_liability": "face value of the points held",
    "points_redeemable": "what rewards for the points held would cost: of full cards alone once nothing accrues",
}
"""Columns of the weekly table beside week and brand, with their meaning; money in the scenario's own unit."""


class WeeklyTable(Recorder):
    """Collects the weekly table from week `start` on.

    Attributes
    ----------
    weeks
        Weeks recorded so far.
    rows
        Per measure a list with one array (B,) a week.
    """

    def __init__(self, start: int = 0) -> None:
        self.start = start
        self.weeks: list[int] = []
        self.rows: dict[str, list[NDArray[np.float64]]] = {name: [] for name in MEASURES}

    def close_week(self, market: "Market") -> None:
        """Work out the week's measures."""
        if market.week < self.start:
            return
        values = {**_sales(market), **_money(market), **_minds(market), **_points(market)}
        values["contribution"] = values["revenue"] - sum(
            values[cost] for cost in ("goods_cost", "lever_spend", "norm_spend", "administration", "reward_cost")
        )
        self.weeks.append(market.week)
        for name, rows in self.rows.items():
            rows.append(np.asarray(values[name], np.float64))

    def column(self, measure: str) -> NDArray[np.float64]:
        """Return one measure. Shape (weeks, B)."""
        return np.array(self.rows[measure])


def _sales(market: "Market") -> dict[str, NDArray[np.float64]]:
    tally = market.tally
    units = tally.units.astype(np.float64)
    price_cut = np.maximum(market.world.list_price_start - market.world.list_price, 0.0)
    return {
        "units": units,
        "market_share": units / max(units.sum(), 1.0),
        "spending": tally.spending / 100.0,
        "revenue": tally.revenue / 100.0,
        "price_reduction": units * price_cut,
    }


def _money(market: "Market") -> dict[str, NDArray[np.float64]]:
    brands, start = market.brands, market.world.list_price_start
    accrues = {market.scheme_brands[slot]: on for slot, on in enumerate(market.world.accrues)}
    rewards = np.zeros(len(brands))
    for slot, brand in enumerate(market.scheme_brands):
        rewards[brand] = market.tally.rewards[slot] / 100.0 * market.world.reward_unit_cost[slot]
    return {
        "goods_cost": market.tally.units * np.array([b.settings.unit_cost for b in brands]) * start,
        "lever_spend": np.array([sum(brand.spend(lever) for lever in LEVERS) for brand in brands]),
        "norm_spend": len(LEVERS) * market.spec.capability.norm * market.tally.units * start,
        "administration": np.array(
            [b.settings.scheme.administration if accrues.get(b.index, False) else 0.0 for b in brands]
        ),
        "reward_cost": rewards,
    }


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
    names = [name for name in MEASURES if name == "members" or name.startswith("points_")]
    values = {name: np.zeros(len(market.shares)) for name in names}
    for slot, brand in enumerate(market.scheme_brands):
        values["members"][brand] = market.world.members[slot]
        for kind in ("issued", "redeemed", "expired"):
            values[f"points_{kind}"][brand] = getattr(market.tally, f"points_{kind}")[slot]
        held = float(market.world.outstanding[slot])
        rate = float(market.world.reward_rate[slot])
        values["points_outstanding"][brand] = held
        values["points_liability"][brand] = held * rate / 100.0
        if held and not market.world.accrues[slot]:
            goal = int(market.world.threshold[slot])
            held = float((market.state.points[:, slot] // goal).sum(dtype=np.int64) * goal)
        values["points_redeemable"][brand] = held * rate / 100.0 * float(market.world.reward_unit_cost[slot])
    return values
