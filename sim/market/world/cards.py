"""Loyalty cards that were there before the start: a scheme that has run for long has its members and their points."""

from typing import TYPE_CHECKING

import numpy as np

from sim.market import chance
from sim.market.compiled import Array
from sim.market.state import Field

if TYPE_CHECKING:
    from sim.market.market import Market

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
    Field("ever", ("S",), "bool", "yes/no", "whether the scheme has ever run"),
    Field("head_start", ("S",), "int64", "points", "points given on joining"),
    Field("outstanding", ("S",), "int64", "points", "points held by all shoppers"),
    Field("members", ("S",), "int64", "shoppers", "members"),
)


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
    if scheme.reward_rate == 0 or not scheme.joining_open:
        return
    state = market.state
    joins = 1.0 / (1.0 + np.exp(np.clip(-eagerness, -80, 80)))
    lot, fullness = chance.uniforms(market.seed, "points/at_rest", np.arange(market.spec.shoppers), index=brand)
    member = lot < 1.0 - (1.0 - joins) ** (pace * WEEKS_AT_REST)
    recent = market.week - state.bought_week[:, brand].astype(np.int64) < scheme.expiry_weeks
    goal = round(100.0 * scheme.threshold * market.world.list_price_start[brand])
    state.member[:, slot] = member
    state.points[:, slot] = np.where(member & recent, np.floor(fullness * goal), 0.0)
