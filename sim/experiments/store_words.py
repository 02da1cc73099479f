"""Plain words and short numbers for what results hold: read by people in a README, a table or a figure."""

import math
import tomllib
from collections.abc import Sequence
from typing import Any

from sim.experiments.result import Difference, Result

METRIC_WORDS: dict[str, str] = {
    "preference_share": "Preference share",
    "intrinsic_preference_share": "Preference without price and points",
    "market_share": "Market share",
    "revenue": "Revenue",
    "contribution": "Contribution to profit",
    "penetration": "Penetration",
    "purchase_frequency": "Purchases per buyer",
    "repeat_rate": "Repeat rate",
    "share_of_requirements": "Share of requirements",
    "sole_buyers": "Sole buyers",
    "recommendation": "Buyers who recommend",
    "rating": "Rating",
    "satisfaction": "Satisfaction",
    "members": "Members of the scheme",
    "points_liability": "Value of points held",
    "customer_value": "Lifetime value of a customer",
    "customer_value_closed_form": "Lifetime value of a customer, closed form",
}
"""Metric to what a reader calls it."""

COST_WORDS: dict[str, str] = {
    "lever_spend": "Spending on levers",
    "administration": "Running the scheme",
    "rewards": "Rewards redeemed",
    "outstanding_points": "Points outstanding at the end",
    "price_reduction": "Price reductions",
}
"""Component of cost to what a reader calls it."""

DASH = "\u2013"
"""Stands for a number that is not known."""

MINUS = "\u2212"
"""The minus sign of print, as wide as a plus."""

_SIZES = ((1e9, " billion"), (1e6, " million"), (1e3, "k"))
_LEAST = 1e-6


def words_for(name: str) -> str:
    """Return a metric's or cost component's plain words, or its name with spaces if it has none."""
    return METRIC_WORDS.get(name) or COST_WORDS.get(name) or name.replace("_", " ").capitalize()


def short_number(value: float, *, signed: bool = False, trimmed: bool = False) -> str:
    """Write a number with three figures: `0.012`, `12.3`, `12.3k`, `1.23 million`; an en dash if it is not finite.

    Parameters
    ----------
    value
        Any number.
    signed
        Whether to put a plus before what is above zero.
    trimmed
        Whether to leave out zeros at the end, as on an axis.
    """
    if not math.isfinite(value):
        return DASH
    value = float(f"{value:.3g}") if abs(value) >= _LEAST else 0.0
    size, word = next(((size, word) for size, word in _SIZES if abs(value) >= size), (1.0, ""))
    scaled = abs(value) / size
    decimals = max(0, 2 - math.floor(math.log10(scaled) + 1e-9)) if scaled else 0
    sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
    number = f"{scaled:.{decimals}f}"
    if trimmed and "." in number:
        number = number.rstrip("0").rstrip(".")
    return sign + number + word


def fixed_number(value: float, decimals: int = 1, *, signed: bool = True) -> str:
    """Write a number with so many decimals, its sign and a minus as in print; an en dash if it is not finite."""
    if not math.isfinite(value):
        return DASH
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def alike_numbers(values: Sequence[float]) -> list[str]:
    """Write numbers with their signs and as many decimals as give the largest of them three figures."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if largest >= _SIZES[-1][0] or largest < _LEAST:
        return [short_number(value, signed=True) for value in values]
    decimals = max(0, 2 - math.floor(math.log10(largest)))
    return [fixed_number(value, decimals) for value in values]


def interval_words(result: Result) -> str:
    """Say what kind of interval goes with the result; `extra["interval_kind"]` says if it is not *chance only*."""
    if result.replicates < 2:
        return "no intervals: one replicate"
    return f"95 % intervals over replicates: {result.extra.get('interval_kind', 'chance only')}"


def reference_arm(result: Result, differences: Sequence[Difference]) -> str:
    """Return the arm that all differences are taken against: the one that has none itself."""
    told = {one.arm for one in differences}
    others = [arm for arm in result.arms.keys if arm not in told]
    return others[0] if told and others else result.arms.keys[0]


def label_of_brand(result: Result, brand: str) -> str:
    """Return the name to print for a brand; its key if it has none."""
    labels = dict(zip(result.brands, result.brand_labels, strict=True))
    return labels.get(brand) or brand


def label_of_arm(result: Result, arm: str) -> str:
    """Return the name to print for an arm; its key if it has none."""
    labels = dict(zip(result.arms.keys, result.arms.labels, strict=True))
    return labels.get(arm) or arm


def setting(result: Result, name: str) -> Any:  # noqa: ANN401 - any value that TOML knows
    """Return a top-level setting of the result's scenario, such as `shoppers`; None if it is not said there."""
    try:
        return tomllib.loads(result.scenario_toml).get(name)
    except tomllib.TOMLDecodeError:
        return None
