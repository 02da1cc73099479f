"""What each arm cost the focal brand and what came back: gain, return, payback week, customer value, points owed.

All is paired with the baseline, replicate by replicate, discounted to week 0, and over all weeks, run-off included.
With contribution in cash, what points held at a time are still expected to cost, and the arm's cost C:

    net gain = sum over weeks of the discounted difference of contribution
               - discounted difference of the expected cost of the points held at the end
    gain     = net gain + C, what came in before the arm's cost is taken off
    return   = net gain/C, so that an arm which just earns its cost back returns nothing

C counts price reductions, and contribution has them in its lower revenue; so gain is what came in at the old prices.
An arm has paid back in the first week from which on the net gain, had the books been closed in that or any later week,
is not below zero. Points that expired are in no sum (see `sim.market.brands.finance`); breakage tells their worth.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiments.compare import interval
from sim.experiments.ratio import ratio_of_means
from sim.experiments.result import BASELINE, Result
from sim.experiments.store_words import setting
from sim.market.brands.finance import expected_cost
from sim.market.spec import Finance
from sim.measure.lifetime_value import discounts

Array = NDArray[np.float64]

QUANTITIES: dict[str, tuple[str, str]] = {
    "cost": ("money", "what the arm costs beyond the baseline"),
    "gain": ("money", "contribution gained over all weeks before that cost is taken off: net gain + cost"),
    "net_gain": ("money", "contribution gained over all weeks, less the expected cost of points held at the end"),
    "return": ("share", "net gain per unit of cost"),
    "payback_week": ("weeks", "first week from which on the net gain so far is not below zero; empty for never"),
    "paid_back": ("share", "share of the replicates in which the arm pays back"),
    "customer_value": ("money/customer", "gain in what a customer of the year before week 0 is worth, simulated"),
    "customer_value_closed_form": ("money/customer", "the same as margin x rate x P/d in the compared weeks"),
    "points_liability": ("money", "face value of points held at the end beyond the baseline, not discounted"),
    "breakage": ("money", "what the points that expired would have cost; part of no sum"),
}
"""Quantity to its unit and what it is, in the order in which it is printed."""


@dataclass(frozen=True)
class Money:
    """One quantity of one arm less the baseline, with a paired 95 % interval; NaN for what is not known."""

    arm: str
    quantity: str
    value: float
    low: float
    high: float


def money_of(result: Result) -> list[Money]:
    """Return every quantity of every arm but the baseline, arm by arm; nothing of a result without weeks.

    The return is the ratio of the mean net gain to the mean cost, with Fieller's interval. The payback week is the
    median over replicates, those that never pay back counted as later than all others, from the first quartile to the
    third; NaN stands for never.
    """
    rows: list[Money] = []
    if not len(result.weeks):
        return rows
    values = per_replicate(result)
    for a, arm in enumerate(result.arms.keys):
        if arm == BASELINE:
            continue
        for name in QUANTITIES:
            if name == "return":
                told = ratio_of_means(values["net_gain"][a], values["cost"][a])
            elif name == "payback_week":
                told = _quartiles(values[name][a])
            elif name == "paid_back":
                told = float(np.isfinite(values["payback_week"][a]).mean()), float("nan"), float("nan")
            else:
                told = interval(values[name][a])
            rows.append(Money(arm, name, *told))
    return rows


def per_replicate(result: Result) -> dict[str, Array]:
    """Return what the quantities are in each replicate, less the baseline. Shapes (arms, replicates)."""
    worth = discounts(result.weeks, discount_rate(result))
    cost = sum(result.costs.values(), np.zeros(result.weekly["units"].shape[:2]))
    path = net_gain_so_far(result)
    net = path[:, :, -1]
    return {
        "cost": cost,
        "gain": net + cost,
        "net_gain": net,
        "payback_week": payback_weeks(result.weeks, path),
        "points_liability": beyond_baseline(result, "points_liability")[:, :, -1],
        "breakage": beyond_baseline(result, "breakage") @ worth,
        **{name: _less_baseline(result, result.window[name])[..., _focal(result)] for name in _VALUES},
    }


_VALUES = ("customer_value", "customer_value_closed_form")


def net_gain_so_far(result: Result) -> Array:
    """Return the net gain by the end of each week, had the books been closed then. Shape (arms, replicates, W).

    Points held then are owed what they are then expected to cost. At the last week it is the net gain.
    """
    worth = discounts(result.weeks, discount_rate(result))
    brand = _focal(result)
    settled = (np.cumsum(result.weekly[name][..., brand], axis=2) for name in ("points_redeemed", "points_expired"))
    owed = expected_cost(result.weekly["points_redeemable"][..., brand], *settled)
    earned = np.cumsum(worth * result.weekly["contribution"][..., brand], axis=2)
    return _less_baseline(result, earned - worth * owed)


def payback_weeks(weeks: NDArray[np.int64], so_far: Array) -> Array:
    """Return the first week from which on a sum so far is not below zero; NaN where it is below in the end.

    Parameters
    ----------
    weeks
        Shape (W,).
    so_far
        Weeks last, shape (..., W).

    Returns
    -------
    array
        Shape (...).
    """
    below = so_far < 0
    last_below = np.where(below.any(axis=-1), below.shape[-1] - np.argmax(below[..., ::-1], axis=-1), 0)
    later = np.append(weeks.astype(np.float64), np.nan)
    found: Array = later[last_below]
    return found


def beyond_baseline(result: Result, measure: str) -> Array:
    """Return a weekly measure of the focal brand, each arm less the baseline. Shape (arms, replicates, W)."""
    return _less_baseline(result, result.weekly[measure][..., _focal(result)])


def discount_rate(result: Result) -> float:
    """Return the yearly rate at which the result's scenario discounts money."""
    said = setting(result, "finance")
    return float(said["discount_rate"]) if said and "discount_rate" in said else Finance().discount_rate


def _less_baseline(result: Result, values: Array) -> Array:
    less: Array = values - values[result.arms.keys.index(BASELINE)]
    return less


def _focal(result: Result) -> int:
    return result.brands.index(result.focal)


def _quartiles(weeks: Array) -> tuple[float, float, float]:
    """Return median, first and third quartile of weeks, NaN for never: later than any week, and NaN if it comes out."""
    ordered = np.sort(np.where(np.isnan(weeks), np.inf, weeks))
    found = np.quantile(ordered, (0.5, 0.25, 0.75), method="inverted_cdf")
    middle, low, high = np.where(np.isfinite(found), found, np.nan).tolist()
    return middle, low, high
