"""Sentences that stand with figures: what was found, what is shown, and where it comes from."""

from collections.abc import Sequence

import numpy as np

from sim.experiments.leader import leader_of
from sim.experiments.result import Difference, Result
from sim.experiments.store_words import (
    fixed_number,
    interval_words,
    label_of_arm,
    label_of_brand,
    reference_arm,
    setting,
)


def finding(result: Result, differences: Sequence[Difference], metric: str, what: str) -> str:
    """Say what the arms do to a share of the focal brand, and no more than the intervals allow.

    An arm moves the share *most* only if its interval lies farther from zero than those of all others reach.

    Parameters
    ----------
    result, differences
        What came out.
    metric
        A metric that is a share.
    what
        The metric in words, as within a sentence.
    """
    share = f"{what} of {label_of_brand(result, result.focal)}"
    found = [one for one in differences if one.brand == result.focal and one.metric == metric]
    known = [one for one in found if np.isfinite(one.difference)]
    if not known:
        return share[0].upper() + share[1:]
    first = max(known, key=lambda one: abs(one.difference))
    if result.replicates < 2:
        return f"In a single run, “{label_of_arm(result, first.arm)}” moves the {share} by {_amount(first)}"
    certain = [one for one in known if one.low > 0.0 or one.high < 0.0]
    if not certain:
        nobody = "No arm moves" if len(known) > 1 else f"“{label_of_arm(result, first.arm)}” does not move"
        return f"{nobody} the {share} beyond chance"
    others = [max(abs(one.low), abs(one.high)) for one in known if one is not first]
    if first in certain and min(abs(first.low), abs(first.high)) > max(others, default=0.0):
        most = " most" if others else ""
        return f"“{label_of_arm(result, first.arm)}” moves the {share}{most}: {_amount(first)}"
    if len(certain) == 1:
        only = certain[0]
        return f"Only “{label_of_arm(result, only.arm)}” moves the {share} beyond chance: {_amount(only)}"
    return f"{len(certain)} of {len(known)} arms move the {share} beyond chance"


def headline(result: Result, differences: Sequence[Difference], metric: str, what: str) -> str:
    """Say which arm wins most of a share and how far it is ahead of the next; what `finding` says if none does.

    The lead is paired too, so it may be clear where the arms' own intervals overlap.
    """
    if result.replicates < 2 or len(result.arms.keys) < 3:
        return finding(result, differences, metric, what)
    leader = leader_of(result, metric, reference_arm(result, differences))
    if leader is None or leader.next is None or not leader.gains:
        return finding(result, differences, metric, what)
    brand, first, second = label_of_brand(result, result.focal), *(
        f"“{label_of_arm(result, arm)}”" for arm in (leader.arm, leader.next)
    )  # fmt: skip
    if not leader.leads:
        return f"{first} and {second} win {brand} most {what}; which of the two may be chance"
    gain, lead = (fixed_number(100.0 * number[0], 2) for number in (leader.gain, leader.lead))
    lead = lead.removeprefix("+")
    return f"{first} wins {brand} most {what}: {gain} percentage points, {lead} more than {second}"


def _amount(one: Difference) -> str:
    """Write a difference of shares with its interval, with two decimals if it is small."""
    numbers = [100.0 * number for number in (one.difference, one.low, one.high)]
    decimals = 1 if max(abs(number) for number in numbers if np.isfinite(number)) >= 1.0 else 2
    value, low, high = (fixed_number(number, decimals) for number in numbers)
    return f"{value} percentage points" + (f" ({low} to {high})" if np.isfinite(one.low) else "")


def compared_weeks(result: Result) -> str:
    """Say over which weeks metrics are compared."""
    first, last = result.compared_weeks
    return f"mean of weeks {first} to {last - 1}"


def hollow(result: Result) -> tuple[str, ...]:
    """Return what the note has to say about hollow dots; nothing if there are no intervals."""
    return ("hollow: the interval includes zero",) if result.replicates > 1 else ()


def source(result: Result, *more: str, intervals: bool = True) -> str:
    """Say where a figure comes from: scenario, replicates, shoppers, kind of interval, and what else is given."""
    shoppers = setting(result, "shoppers")
    people = f" of {shoppers:,} simulated shoppers" if isinstance(shoppers, int) else ""
    runs = f"{result.replicates} replicate{'s' if result.replicates != 1 else ''}{people}"
    shown = [interval_words(result)] if intervals else []
    return "; ".join([f"Source: scenario {result.name}", runs, *shown, *more]) + "."
