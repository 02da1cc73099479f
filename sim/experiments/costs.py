"""What an arm costs its brand beyond the baseline: gross, discounted, by component; and matching one arm to another.

Cost = lever cash + administration + K x rewards redeemed + price reductions x units, each week discounted, and at the
end K x the expected redemption of what is outstanding. Cost of goods and sales won or lost are not cost. Windfalls to
people who would have bought anyway are.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.experiments.result import COST_PARTS
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import Intervention, MarketSpec
from sim.market.timeline import progress

WEEKS_A_YEAR = 52.0


def discounts(weeks: NDArray[np.int64], rate: float) -> NDArray[np.float64]:
    """Return the worth at week 0 of a unit of money in each week. Shape (W,)."""
    result: NDArray[np.float64] = (1.0 + rate) ** (-weeks / WEEKS_A_YEAR)
    return result


def costs(table: WeeklyTable, spec: MarketSpec, brand: int) -> dict[str, float]:
    """Return what a brand's strategy costs over the weeks of a table, by component, in discounted money.

    Points outstanding at the end that can still become rewards are expected to be redeemed as often as those settled
    so far were.
    """
    weeks = np.array(table.weeks)
    weight = discounts(weeks, spec.finance.discount_rate)
    column = {name: table.column(name)[:, brand] for name in table.rows}
    redeemed, expired = column["points_redeemed"].sum(), column["points_expired"].sum()
    used = redeemed / (redeemed + expired) if redeemed + expired > 0 else 1.0
    return {
        "lever_spend": float(weight @ column["lever_spend"]),
        "administration": float(weight @ column["administration"]),
        "rewards": float(weight @ column["reward_cost"]),
        "outstanding_points": float(weight[-1] * column["points_redeemable"][-1] * used),
        "price_reduction": float(weight @ column["price_reduction"]),
    }


def total(parts: dict[str, float]) -> float:
    """Return the sum of all components."""
    return sum(parts[name] for name in COST_PARTS)


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
