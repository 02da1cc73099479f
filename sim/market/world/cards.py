"""Loyalty cards: what being a member is worth, how a card hurries, and the cards that were there before the start."""

from typing import TYPE_CHECKING

import numpy as np

from sim.market import chance
from sim.market.compiled import Array, Lane, formula, kernel
from sim.market.fastmath import exp
from sim.market.state import Field

if TYPE_CHECKING:
    from sim.market.market import Market

f = np.float32
FULL_CARD = 2_000_000_000  # points: a card holds no more, so that they fit into 32 bits
WEEKS_AT_REST = 104.0
LATER = 1_000_000  # a week beyond the end of any run

FIELDS = (
    Field("pace_kept", ("A",), "float32", "", "share of a sense of pace that is left, by weeks"),
    Field("threshold", ("S",), "int64", "points", "points that earn one reward"),
    Field("reward_unit_cost", ("S",), "float64", "", "what a reward costs the brand per unit of face value"),
    Field("reward_rate", ("S",), "float64", "share of spend", "face value of rewards per unit of money spent"),
    Field("expiry", ("S",), "int64", "weeks", "weeks without a purchase after which points expire"),
    Field("closed", ("S",), "int64", "week", "first week in which purchases earned no more points", fill=LATER),
    Field("accrues", ("S",), "bool", "yes/no", "whether purchases earn points"),
    Field("open", ("S",), "bool", "yes/no", "whether shoppers can join"),
    Field("ever", ("S",), "bool", "yes/no", "whether purchases have ever earned points"),
    Field("runs", ("S",), "bool", "yes/no", "whether the scheme offers anything this week"),
    Field("head_start", ("S",), "int64", "points", "points given on joining"),
    Field("outstanding", ("S",), "int64", "points", "points held by all shoppers"),
    Field("members", ("S",), "int64", "shoppers", "members"),
)


TIER_FIELDS = (
    Field("tier_at", ("S",), "float64", "purchases/year", "pace that makes a gold member; 0 while there are no tiers"),
    Field("tier_bonus", ("S",), "float64", "share of points", "further points of a gold member"),
    Field("tier_perk", ("S",), "float64", "share of price", "worth of what comes with gold"),
)
VOUCHER_FIELDS = (
    Field("voucher_value", ("S",), "float64", "share of price", "what a voucher of the last mailing takes off"),
    Field("voucher_use", ("S",), "float64", "", "chance that a voucher in hand is remembered at the till"),
    Field("voucher_year", ("S",), "float64", "list prices", "worth of all vouchers of a year, if every one is used"),
    Field("voucher_span", ("S",), "float64", "weeks", "weeks after a mailing in which its voucher is in hand"),
)
"""Terms that decide, beside points, what joining is worth."""


@formula
def yearly_gain(
    pace: Lane, valued_at: Lane, rate: Lane, tier_at: Lane, bonus: Lane, perk: Lane, vouchers: Lane, span: Lane
) -> Lane:
    """Return what a year of membership is worth, in list prices, at a pace of purchases a week.

    Points of every purchase, perks and further points at a pace that makes gold, and of the vouchers those after whose
    mailing the shopper buys in time, 1 - e^(-pace x weeks) of them.
    """
    gain = f(valued_at) * f(rate) * pace * f(52)
    if tier_at > 0.0 and pace * f(52) >= f(tier_at):
        gain += f(valued_at) * (f(perk) + f(bonus) * f(rate)) * pace * f(52)
    if vouchers > 0.0:
        gain += f(valued_at) * f(vouchers) * (f(1) - exp(-pace * f(span)))
    return gain


@kernel
def fill_gains(
    pace: Array, valued_at: float, rate: float, tier_at: float, bonus: float, perk: float, vouchers: float,
    span: float, out: Array,
) -> None:  # fmt: skip
    """Work out for every shopper what a year of membership is worth. Shapes (N,)."""
    for i in range(pace.size):
        out[i] = yearly_gain(pace[i], valued_at, rate, tier_at, bonus, perk, vouchers, span)


@kernel
def hurry(i: int, acceleration: float, member: Array, points: Array, threshold: Array, urgency: Array) -> None:
    """Set how soon a shopper's needs arrive, by its fullest card."""
    fullest = f(-1)
    for slot in range(points.shape[1]):
        if member[i, slot] and points[i, slot] > 0:
            fullest = max(fullest, min(f(points[i, slot]) / f(threshold[slot]), f(1)))
    urgency[i] = f(1) if fullest < f(0) else f(1) + f(acceleration) * (fullest - f(0.5))


def enrol_at_rest(market: "Market", slot: int, pace: Array, eagerness: Array) -> None:
    """Give a running scheme its members, as after two years of chances to join, and cards filled at random.

    Parameters
    ----------
    market
        The market, before its first week.
    slot
        The scheme's place on the axis S.
    pace
        Each shopper's purchases of the brand a week, shape (N,).
    eagerness
        Logit of joining at a purchase, shape (N,).
    """
    brand = market.scheme_brands[slot]
    scheme = market.brand_specs[brand].scheme
    if not scheme.offers or not scheme.joining_open:
        return
    state = market.state
    joins = 1.0 / (1.0 + np.exp(np.clip(-eagerness, -80, 80)))
    lot, fullness = chance.uniforms(market.seed, "points/at_rest", np.arange(market.spec.shoppers), index=brand)
    member = lot < 1.0 - (1.0 - joins) ** (pace * WEEKS_AT_REST)
    recent = market.week - state.bought_week[:, brand].astype(np.int64) < scheme.expiry_weeks
    filled = member & recent & (scheme.reward_rate > 0)
    goal = round(100.0 * scheme.threshold * market.world.list_price_start[brand])
    state.member[:, slot] = member
    state.points[:, slot] = np.where(filled, np.floor(fullness * goal), 0.0)
