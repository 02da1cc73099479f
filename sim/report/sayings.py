"""Sentences that stand with figures: what was found, what is shown, and where it comes from."""

from collections.abc import Sequence

import numpy as np

from sim.experiments.result import Difference, Result
from sim.experiments.store_words import (
    fixed_number,
    interval_words,
    label_of_arm,
    label_of_brand,
    setting,
)


def finding(result: Result, differences: Sequence[Difference], metric: str, what: str) -> str:
    """Say which arm moves a share of the focal brand most, and by how much; or that chance may have done it.

    Parameters
    ----------
    result, differences
        What came out.
    metric
        A metric that is a share.
    what
        The metric in words, as within a sentence.
    """
    brand = label_of_brand(result, result.focal)
    found = [one for one in differences if one.brand == result.focal and one.metric == metric]
    known = [one for one in found if np.isfinite(one.difference)]
    if not known:
        return f"{what.capitalize()} of {brand}"
    certain = [one for one in known if one.low > 0 or one.high < 0]
    single = result.replicates < 2
    if not certain and not single:
        arms = "No arm moves" if len(known) > 1 else f"“{label_of_arm(result, known[0].arm)}” does not move"
        return f"{arms} the {what} of {brand} beyond chance"
    most = max(certain or known, key=lambda one: abs(one.difference))
    amount = f"{fixed_number(100 * most.difference)} percentage points"
    range_ = "" if single else f" ({fixed_number(100 * most.low)} to {fixed_number(100 * most.high)})"
    rank = " most" if len(known) > 1 else ""
    return f"“{label_of_arm(result, most.arm)}” moves the {what} of {brand}{rank}: {amount}{range_}"


def compared_weeks(result: Result) -> str:
    """Say over which weeks metrics are compared."""
    first, last = result.compared_weeks
    return f"mean of weeks {first} to {last - 1}"


def hollow(result: Result) -> tuple[str, ...]:
    """Return what the note has to say about hollow dots; nothing if there are no intervals."""
    return ("hollow: the interval includes zero",) if result.replicates > 1 else ()


def source(result: Result, *more: str) -> str:
    """Say where a figure comes from: scenario, replicates, shoppers, kind of interval, and what else is given."""
    shoppers = setting(result, "shoppers")
    people = f" of {shoppers:,} simulated shoppers" if isinstance(shoppers, int) else ""
    runs = f"{result.replicates} replicate{'s' if result.replicates != 1 else ''}{people}"
    return "; ".join([f"Source: scenario {result.name}", runs, interval_words(result), *more]) + "."
