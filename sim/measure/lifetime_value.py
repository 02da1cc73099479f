"""What a customer is worth, in closed form: customers who can be lost for good, and customers always shared.

All take a rate of discount a period and margins a period, in any money and for any length of period.
Source: Gupta, Lehmann & Stuart (2004), Valuing Customers, Journal of Marketing Research 41(1); the two kinds of
customer are Jackson's (1985) lost-for-good and always-a-share. Limits: margins and chances that stay as they are.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Money = TypeVar("Money", float, NDArray[np.float64])

WEEKS_A_YEAR = 52.0


def discounts(weeks: NDArray[np.int64], rate: float) -> NDArray[np.float64]:
    """Return the worth at week 0 of a unit of money in each week, at a yearly rate. Shape (W,)."""
    result: NDArray[np.float64] = (1.0 + rate) ** (-weeks / WEEKS_A_YEAR)
    return result


def weekly_rate(rate: float) -> float:
    """Return the rate a week that compounds to a yearly rate: (1 + rate)^(1/52) - 1."""
    return float((1.0 + rate) ** (1.0 / WEEKS_A_YEAR) - 1.0)


def lost_for_good(margin: float, retention: float, discount: float, *, first_included: bool = False) -> float:
    """Return m r/(1 + d - r), the value of a customer who stays each period with chance r, and never comes back.

    Parameters
    ----------
    margin
        Money a period from a customer who is still there.
    retention, discount
        Chance to stay to the next period; rate of discount a period.
    first_included
        Whether the margin of this period, which nothing can endanger any more, is in it: m(1 + d)/(1 + d - r).
    """
    return margin * (1.0 + discount if first_included else retention) / (1.0 + discount - retention)


def always_a_share(margin: Money, rate: Money, share: float, discount: float) -> Money:
    """Return margin x rate x P/d, the value of a customer who keeps giving a brand the same share of purchases.

    Parameters
    ----------
    margin
        Money a unit.
    rate
        Purchases of the category a period.
    share
        P, the chance that one of them is of the brand.
    discount
        Rate of discount a period. The first money comes in a period from now.
    """
    return margin * rate * share / discount


def until(money: float, periods: int, discount: float) -> float:
    """Return the worth of the same money in each of so many periods, the first now: a closed geometric sum."""
    if discount == 0:
        return money * periods
    return money * (1.0 - (1.0 + discount) ** -periods) * (1.0 + discount) / discount
