"""What is printed about money: what each arm cost, of which parts, and what came back."""

import math
from collections.abc import Sequence
from typing import Any

from sim.experiments.compare import arm_costs
from sim.experiments.money import QUANTITIES, Money
from sim.experiments.result import BASELINE, Result
from sim.experiments.tables import signed, table
from sim.experiments.told_front import by_preference

ROWS = {
    "cost": "cost",
    "gain": "gain before cost",
    "net_gain": "net gain",
    "return": "return (net gain/cost)",
    "customer_value": "lifetime value of a customer",
    "customer_value_closed_form": "the same, closed form",
    "points_liability": "points held at the end, face value",
    "breakage": "points expired, at cost",
}
"""Quantity to what its rows are called; what is zero in all arms is left out."""


def money_json(rows: Sequence[Money]) -> list[dict[str, Any]]:
    """Return one table an arm: its name, and each quantity with value, low and high, null for what is not known."""
    arms: dict[str, dict[str, Any]] = {}
    for row in rows:
        told = {name: _number(getattr(row, name)) for name in ("value", "low", "high")}
        arms.setdefault(row.arm, {"arm": row.arm})[row.quantity] = told
    return list(arms.values())


def money_text(result: Result, rows: Sequence[Money]) -> str:
    """Return what each arm cost and what came back, quantity by quantity so that arms stand side by side."""
    found = {(row.arm, row.quantity): row for row in rows}
    arms = list(dict.fromkeys(row.arm for row in rows))
    lines: list[dict[str, str]] = []
    for quantity, words in ROWS.items():
        unit = QUANTITIES[quantity][0]
        told = [found[arm, quantity] for arm in arms]
        if all(row.value == 0 for row in told) and quantity not in COST_AND_GAIN:
            continue
        for at, row in enumerate(told):
            numbers = {"value": row.value, "from": row.low, "to": row.high}
            cells = {name: _ratio(value) if quantity == "return" else signed(value, unit)
                     for name, value in numbers.items()}  # fmt: skip
            lines.append({"beyond the baseline": words if at == 0 else "", "arm": row.arm, **cells})
    weeks = len(result.weeks)
    payback = "\n".join(f"  {arm}: {_payback(result, found, arm)}" for arm in arms)
    return (
        f"What it cost and what came back: money of {result.focal}, discounted, over all {weeks} weeks\n"
        f"{table(lines)}\nPaid back, points held put aside:\n{payback}"
    )


COST_AND_GAIN = ("cost", "gain", "net_gain", "return")


def costs_text(result: Result) -> str:
    """Return the cost of each arm by component; a component that nobody has is left out."""
    order = by_preference(result)
    costs = sorted(arm_costs(result), key=lambda row: order.index(str(row["arm"])))
    costs = [row for row in costs if row["arm"] != BASELINE]
    shown = [part for part in result.costs if any(row[part] for row in costs)]
    told = [
        {"arm": row["arm"], "cost": row["cost"], **{part.replace("_", "\n"): row[part] for part in shown}}
        for row in costs
    ]
    return f"Cost of each arm beyond the baseline, discounted money\n{table(told)}"


def _payback(result: Result, found: dict[tuple[str, str], Money], arm: str) -> str:
    week, share = found[arm, "payback_week"].value, found[arm, "paid_back"].value
    runs = f"in {round(share * result.replicates)} of {result.replicates} replicates"
    if math.isnan(week):
        return f"never within {len(result.weeks)} weeks" + (f", but {runs}" if share else "")
    return f"from week {week:.0f} on" + ("" if result.replicates == 1 else f" (median), {runs}")


def _ratio(value: float) -> str:
    return "-" if math.isnan(value) else f"{round(value, 3) + 0.0:+,.3f}"


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
