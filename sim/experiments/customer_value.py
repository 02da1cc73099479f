"""What a brand's customers are worth: as the run has them buy, and beside it as the closed form has it."""

import numpy as np
from numpy.typing import NDArray

from sim.market.record.customers import Customers
from sim.measure.lifetime_value import always_a_share, discounts, weekly_rate

LAST_WEEKS = 26
"""Weeks at the end of a run whose mean margin is taken to last for ever after."""


def customer_values(
    customers: Customers, rate: float, compared_weeks: tuple[int, int]
) -> dict[str, NDArray[np.float64]]:
    """Return the discounted margin of a customer of each brand, simulated and in closed form. Shapes (B,).

    Customers are those of the year before week 0, whoever they buy from later: an always-a-share market has none that
    are lost for good. Simulated is what their purchases of the brand leave after cost of goods in every week of the
    run, run-off included, and after it for ever what the last weeks of the run left. The closed form, margin x rate x
    P/d, takes what they bought in the compared weeks to last for ever, and nothing else. Rewards and spending on levers
    are in neither: they are what an arm costs. NaN for a brand without
    customers, and for all without discounting, since money for ever has then no finite worth.

    Parameters
    ----------
    customers
        What they bought.
    rate
        Yearly rate of discount.
    compared_weeks
        First week, and the week after the last, on which the closed form stands.
    """
    margin, units = np.array(customers.margin), np.array(customers.units, np.float64)  # (W, B)
    weeks, number = np.array(customers.weeks), customers.number.astype(np.float64)
    worth, weekly = discounts(weeks, rate), weekly_rate(rate)
    inside = (weeks >= compared_weeks[0]) & (weeks < compared_weeks[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        simulated = (worth @ margin + worth[-1] * margin[-LAST_WEEKS:].mean(axis=0) / weekly) / number
        each, bought = margin[inside].sum(axis=0) / units[inside].sum(axis=0), units[inside].mean(axis=0) / number
        closed = always_a_share(each, bought, 1.0, weekly)  # what is bought of the brand is rate x P at once
    known = (number > 0) & (weekly > 0)
    return {
        "customer_value": np.where(known, simulated, np.nan),
        "customer_value_closed_form": np.where(known, closed, np.nan),
    }
