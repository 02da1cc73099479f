"""How money becomes experience: spend per customer builds a stock that fades, and the stock's effect saturates.

A_t = c A_(t-1) + (1 - c) spend per customer (geometric adstock: Broadbent 1979), R = R_max A/(A + h) (Hill), with
the half-saturation h at the category's norm. Stocks are held in units of the norm, 1 at rest, and a brand's lift is
z = R(A) - R(1), in standard deviations of experience. With more customers the same money buys each of them less.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.market.spec import Capability
from sim.market.state import Field

Levels = TypeVar("Levels", float, NDArray[np.float64])

CAPABILITY_FIELDS = (
    Field("stock", ("L", "B"), "float64", "norms", "capability stock of each lever, 1 at the category's norm"),
    Field("lift", ("L", "B"), "float64", "sd of experience", "what the stock adds to experience at its moment"),
    Field("customers", ("B",), "float64", "", "customers against those at the start, from units sold"),
)


def carry_over(settings: Capability) -> float:
    """Return c, the share of a stock that is left after a week."""
    return float(0.5 ** (1.0 / settings.half_life_weeks))


def build(stock: Levels, spend: Levels, settings: Capability) -> Levels:
    """Return next week's stock; `spend` per customer and `stock` in units of the category's norm.

    At rest the stock equals the spending, and an impulse s kept up settles at s (adstock s/(1 - c) x (1 - c)).
    """
    kept = carry_over(settings)
    return kept * stock + (1.0 - kept) * spend


def response(stock: Levels, settings: Capability) -> Levels:
    """Return R(A), the experience that a stock gives: half of the most at the category's norm."""
    return settings.most * stock / (stock + 1.0)


def lift(stock: Levels, settings: Capability) -> Levels:
    """Return z, experience beyond that at the norm: doubling the spending for good gives most/6."""
    return response(stock, settings) - settings.most / 2.0
