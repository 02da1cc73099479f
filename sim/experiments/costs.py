"""What an arm costs its brand beyond the baseline: gross, discounted, by component.

Cost = lever cash + administration + K x rewards redeemed + price reductions x units + further costs that behaviours
declare (see `sim.market.brands.finance`), each week discounted, and at the end K x the expected redemption of what is
outstanding. Cost of goods and sales won or lost are not cost. Windfalls to
people who would have bought anyway are.
"""

import numpy as np

from sim.market.brands.finance import expected_cost
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import MarketSpec
from sim.measure.lifetime_value import discounts


def costs(table: WeeklyTable, spec: MarketSpec, brand: int) -> dict[str, float]:
    """Return what a brand's strategy costs over the weeks of a table, by component, in discounted money.

    Points outstanding at the end that can still become rewards are expected to be redeemed as often as those settled
    so far were.
    """
    weeks = np.array(table.weeks)
    weight = discounts(weeks, spec.finance.discount_rate)
    column = {name: table.column(name)[:, brand] for name in table.rows}
    settled = (column[name].sum(keepdims=True) for name in ("points_redeemed", "points_expired"))
    outstanding = expected_cost(column["points_redeemable"][-1:], *settled)
    return {
        "lever_spend": float(weight @ column["lever_spend"]),
        "administration": float(weight @ column["administration"]),
        "rewards": float(weight @ column["reward_cost"]),
        "outstanding_points": float(weight[-1] * outstanding[0]),
        "price_reduction": float(weight @ column["price_reduction"]),
        **{name: float(weight @ column[name]) for name in table.further_costs},
    }


def total(parts: dict[str, float]) -> float:
    """Return the sum of all components."""
    return sum(parts.values())
