"""A brand's account of a week: what shoppers paid, what of it comes in, what goes out, and what points held will cost.

Contribution is cash: revenue less cost of goods, levers, administration, rewards redeemed, and every further cost that
a behaviour declares. Points held are a promise: `deferred_cost` is by how much their expected cost grew in the week,
and contribution after liability is what is left once that is put aside.

Breakage is counted once. A point that expires never enters `reward_cost`, and that is all there is to its being kept:
`breakage` tells its worth for information and is added to nothing. The liability is told at face value, without
breakage to come; its expected cost leaves out points that will expire, but only of those still held, and an expired
point takes no more out of it than it was held at.

**A further cost** needs no line here: a weekly sum (`tallies` of a behaviour) in whole cents by brand, with axes
("B",), unit "cents" and a name that ends in `_cost`, is a cost of the brand. It appears in the weekly table by itself,
is taken off the contribution, and is a component of what an arm costs.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import ContractError
from sim.market.spec import LEVERS
from sim.market.state import Field, Frame

if TYPE_CHECKING:
    from sim.market.market import Market

Money = NDArray[np.float64]

ACCOUNT: dict[str, str] = {
    "spending": "money that shoppers paid",
    "retailer_margin": "what retailers keep of it beside fees: spending less revenue and fees",
    "fees": "delivery fees that shoppers paid, kept by retailers",
    "revenue": "money that retailers paid the brand",
    "goods_cost": "cost of goods sold",
    "lever_spend": "money on levers, beyond the category's norm",
    "norm_spend": "money on levers at the category's norm, a share of sales",
    "administration": "running cost of the scheme",
    "reward_cost": "what rewards redeemed cost the brand",
    "contribution": "revenue less cost of goods, all levers, administration, rewards and further costs",
    "price_reduction": "what the brand gets less for its sales, its list price being below that at the start",
    "points_liability": "face value of the points held",
    "points_redeemable": "what rewards for the points held would cost: of full cards alone once nothing accrues",
    "breakage": "what rewards for the points that expired would have cost; part of no sum",
    "deferred_cost": "rise of what the points held are expected to cost, at the share redeemed of those settled so far",
    "contribution_after_liability": "contribution less deferred cost",
}
"""Lines of the account with their meaning, in the scenario's own money; a week's each but the two of points held."""

COSTS = ("goods_cost", "lever_spend", "norm_spend", "administration", "reward_cost")
"""What is taken off revenue in every market; further costs come from the behaviours."""


def is_further_cost(field: Field) -> bool:
    """Say whether a weekly sum is a cost of brands, by the convention above."""
    return field.name.endswith("_cost") and field.unit == "cents" and field.axes == ("B",)


def further_costs(tally: Frame) -> tuple[str, ...]:
    """Return the weekly sums that are costs of brands, by the convention above.

    Raises
    ------
    ContractError
        If one of them has the name of a line of the account.
    """
    names = tuple(field.name for field, _ in tally if is_further_cost(field))
    taken = [name for name in names if name in ACCOUNT]
    if taken:
        raise ContractError(f"tally {taken[0]!r} has the name of a line of the brands' account; give it another")
    return names


def contribution(revenue: Money, costs: Iterable[Money]) -> Money:
    """Return what revenue leaves after all costs. Shapes (B,)."""
    return revenue - sum(costs)


def retailer_margin(spending: Money, revenue: Money, fees: Money) -> Money:
    """Return what retailers keep of shoppers' money beside fees; below zero where they sell at a loss. Shapes (B,)."""
    return spending - revenue - fees


def expected_cost(redeemable: Money, redeemed: Money, expired: Money) -> Money:
    """Return what points held are expected to cost: redeemed as often as those settled so far; all, while none are.

    Parameters
    ----------
    redeemable
        What rewards for the points held would cost.
    redeemed, expired
        Points settled so far, of the same shape.
    """
    settled = redeemed + expired
    used = np.divide(redeemed, settled, out=np.ones_like(settled, np.float64), where=settled > 0)
    return redeemable * used


def account(market: "Market") -> dict[str, Money]:
    """Return a week's account but for deferred cost, which takes an account of the week before. Shapes (B,)."""
    tally = market.tally
    values = {**_receipts(market), **_costs(market), **_points(market)}
    further = {name: getattr(tally, name) / 100.0 for name in further_costs(tally)}
    costs = [*(values[name] for name in COSTS), *further.values()]
    return {**values, "contribution": contribution(values["revenue"], costs), **further}


def _receipts(market: "Market") -> dict[str, Money]:
    tally, world = market.tally, market.world
    spending, revenue, fees = tally.spending / 100.0, tally.revenue / 100.0, tally.fees / 100.0
    return {
        "spending": spending,
        "retailer_margin": retailer_margin(spending, revenue, fees),
        "fees": fees,
        "revenue": revenue,
        "price_reduction": revenue * np.maximum(world.list_price_start / world.list_price - 1.0, 0.0),
    }


def _costs(market: "Market") -> dict[str, Money]:
    brands, start = market.brands, market.world.list_price_start
    runs = {market.scheme_brands[slot]: on for slot, on in enumerate(market.world.runs)}
    goods = market.tally.units + market.tally.add_ons * market.world.add_on_size[0]
    rewards = np.zeros(len(brands))
    for slot, brand in enumerate(market.scheme_brands):
        rewards[brand] = market.tally.rewards[slot] / 100.0 * market.world.reward_unit_cost[slot]
    return {
        "goods_cost": goods * np.array([b.settings.unit_cost for b in brands]) * start,
        "lever_spend": np.array([sum(brand.spend(lever) for lever in LEVERS) for brand in brands]),
        "norm_spend": len(LEVERS) * market.spec.capability.norm * market.tally.units * start,
        "administration": np.array(
            [b.settings.scheme.administration if runs.get(b.index, False) else 0.0 for b in brands]
        ),
        "reward_cost": rewards,
    }


def _points(market: "Market") -> dict[str, Money]:
    values = {name: np.zeros(len(market.shares)) for name in ("points_liability", "breakage")}
    for slot, brand in enumerate(market.scheme_brands):
        rate, cost = float(market.world.reward_rate[slot]), float(market.world.reward_unit_cost[slot])
        values["points_liability"][brand] = float(market.world.outstanding[slot]) * rate / 100.0
        values["breakage"][brand] = float(market.tally.points_expired[slot]) * rate / 100.0 * cost
    return {**values, "points_redeemable": redeemable(market)}


def redeemable(market: "Market") -> Money:
    """Return what rewards for the points held would cost: of full cards alone once nothing accrues. Shape (B,)."""
    world, values = market.world, np.zeros(len(market.shares))
    for slot, brand in enumerate(market.scheme_brands):
        held, scheme = float(world.outstanding[slot]), market.brand_specs[brand].scheme
        rate, cost = float(world.reward_rate[slot]), float(world.reward_unit_cost[slot])
        if not world.ever[slot]:  # before its first week a scheme has no terms but those of the settings
            rate, cost = scheme.reward_rate, scheme.reward_cost
        elif held and not world.accrues[slot]:
            goal = int(world.threshold[slot])
            held = float((market.state.points[:, slot] // goal).sum(dtype=np.int64) * goal)
        values[brand] = held * rate / 100.0 * cost
    return values
