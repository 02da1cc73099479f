"""What an arm costs its brand beyond the baseline: gross, discounted, by component; and matching one arm to another.

Cost = lever cash + administration + K x rewards redeemed + price reductions x units + further costs that behaviours
declare (see `sim.market.brands.finance`), each week discounted, and at the end K x the expected redemption of what is
outstanding. Cost of goods and sales won or lost are not cost. Windfalls to
people who would have bought anyway are.
"""

from collections.abc import Sequence

import numpy as np

from sim.market.brands.finance import expected_cost
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import Intervention, MarketSpec
from sim.market.timeline import progress
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


def scaled(interventions: Sequence[Intervention], brand: str, factor: float) -> tuple[Intervention, ...]:
    """Return the same changes with all of a brand's money on levers multiplied by a factor."""
    return tuple(
        change.model_copy(update={"spend": {lever: money * factor for lever, money in change.spend.items()}})
        if change.brand == brand
        else change
        for change in interventions
    )


def planned_spend(interventions: Sequence[Intervention], brand: str, weeks: int, rate: float) -> float:
    """Return the discounted money that a brand's levers take up to the week `weeks`, as the timeline is written."""
    every = np.arange(weeks)
    weight = discounts(every, rate)
    money = 0.0
    for change in (c for c in interventions if c.brand == brand):
        share = np.array([progress(change, int(week)) or 0.0 for week in every])
        money += float(weight @ share) * sum(change.spend.values())
    return money


def only_spends(interventions: Sequence[Intervention]) -> bool:
    """Say whether a timeline does nothing but spend on levers, so that its cost is known without running it."""
    return all(not change.set for change in interventions)
