"""Points: joining, accrual, rewards, expiry; issued = redeemed + expired + outstanding, to the last point.

A point is one cent spent. Joining is a choice at a purchase: heavy buyers of a brand gain more and join more, so
that a naive comparison of members with others overstates what membership does (Leenheer et al. 2007). A full card
is redeemed at the next purchase. A fuller card makes members buy sooner, an emptier one later (Kivetz et al. 2006).
"""

from typing import Literal

import numpy as np
from pydantic import Field as Setting

from sim.market import chance
from sim.market.block import Block
from sim.market.brands.strategy import winds_up
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import sigmoid
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase
from sim.market.world.cards import (
    FIELDS,
    FULL_CARD,
    LATER,
    TIER_FIELDS,
    VOUCHER_FIELDS,
    enrol_at_rest,
    fill_gains,
    hurry,
    yearly_gain,
)

f = np.float32


class Params(BaseParams):
    """Who joins, and how a fuller card changes the timing of purchases."""

    joining: Literal["choice", "everybody"] = Setting(
        "choice",
        description="shoppers join at a purchase if it is worth their while; or everybody collects, without rewards",
    )
    hassle: float = dial(
        0.4, "mean trouble of joining", unit="list prices", plausible=(0.05, 1), ge=0, le=100,
        built=True, source="assumption: gives 20 to 60 % of a brand's buyers as members at rewards of 1 to 5 %",
    )  # fmt: skip
    hassle_spread: float = dial(
        0.8, "standard deviation of ln hassle between shoppers", plausible=(0.3, 1.5), ge=0, le=5,
        built=True, source="assumption: wide, since some join everything and some nothing",
    )  # fmt: skip
    hesitation: float = dial(
        0.1, "scale of the logistic between gain and hassle", unit="list prices", plausible=(0.03, 0.3), gt=0, le=100,
        source="formulas §3: tau",
    )  # fmt: skip
    valued_at: float = dial(
        0.7, "share of face value that counts when joining", plausible=(0.3, 1.1), ge=0, le=5,
        source="formulas §3: psi",
    )  # fmt: skip
    acceleration: float = dial(
        0.25, "rise of a member's purchase rate from an empty card to a full one", plausible=(0, 0.5), ge=0, le=2,
        source="Kivetz, Urminsky & Zheng 2006: a fifth faster; centred half-way, so that it shifts purchases in time",
    )  # fmt: skip
    pace_half_life: float = dial(
        26.0, "half-life of a shopper's sense of how often it buys a brand", unit="weeks", plausible=(13, 52), gt=0,
        le=1e9, source="assumption: as long as memory",
    )  # fmt: skip


def finish_setup(market: Market) -> None:
    """Draw how much trouble joining is to each shopper, and enrol everybody if the scenario says so."""
    params = market.params["points"]
    assert isinstance(params, Params)
    state, shoppers = market.state, market.spec.shoppers
    state.hassle[:] = params.hassle * np.exp(
        params.hassle_spread * chance.normals(market.seed, "points/hassle", np.arange(shoppers))
        - params.hassle_spread**2 / 2.0
    )
    if params.joining == "everybody":
        state.member[:] = 1
    kept = 0.5 ** (1.0 / params.pace_half_life)
    for slot, brand in enumerate(market.scheme_brands):
        since = np.clip(market.week - state.bought_week[:, brand].astype(np.float64), 0, 10_000)
        share = np.exp(state.taste - state.taste.max(axis=1, keepdims=True))
        state.pace[:, slot] = state.rate * share[:, brand] / share.sum(axis=1) / np.maximum(kept**since, 0.1)
        if params.joining == "choice":
            pace = state.rate * share[:, brand] / share.sum(axis=1)
            gain, world = np.empty(shoppers, np.float32), market.world
            fill_gains(
                pace.astype(np.float32), params.valued_at, market.brand_specs[brand].scheme.reward_rate,
                world.tier_at[slot], world.tier_bonus[slot], world.tier_perk[slot], world.voucher_year[slot],
                world.voucher_span[slot], gain,
            )  # fmt: skip
            enrol_at_rest(market, slot, pace, (gain - state.hassle) / params.hesitation)
    market.world.outstanding[:] = state.points.sum(axis=0, dtype=np.int64)
    market.world.members[:] = state.member.sum(axis=0, dtype=np.int64)


def open_week(market: Market) -> None:
    """Bring thresholds and fading up to date."""
    params = market.params["points"]
    assert isinstance(params, Params)
    world = market.world
    ages = np.arange(market.sizes["A"])
    world.pace_kept[:] = 0.5 ** (ages / params.pace_half_life)
    for slot, brand in enumerate(market.scheme_brands):
        scheme = market.brand_specs[brand].scheme
        if scheme.reward_rate > 0 or not world.ever[slot]:  # a scheme that has ended is settled on its last terms
            world.threshold[slot] = round(100.0 * scheme.threshold * world.list_price_start[brand])
            world.reward_rate[slot] = scheme.reward_rate
            world.expiry[slot] = scheme.expiry_weeks
            world.reward_unit_cost[slot] = scheme.reward_cost
        world.accrues[slot] = scheme.reward_rate > 0 and not winds_up(market, brand)
        world.closed[slot] = LATER if world.accrues[slot] else min(int(world.closed[slot]), market.week)
        world.runs[slot] = scheme.offers and not winds_up(market, brand)
        world.open[slot] = scheme.joining_open and bool(world.runs[slot])
        world.head_start[slot] = round(scheme.head_start * world.threshold[slot])


@kernel
def _collect(
    who: Array, count: int, choice: Array, paid: Array, week: int, slot_of: Array, faded_week: Array, kept: Array,
    threshold: Array, reward_rate: Array, accrues: Array, is_open: Array, head_start: Array, tier_at: Array,
    bonus: Array, perk: Array, vouchers: Array, span: Array,
    valued_at: float, hesitation: float, acceleration: float, hassle: Array, at: Word, why: Word, k0: Word, k1: Word,
    member: Array, points: Array, pace: Array, urgency: Array, redeemed_here: Array, joined: Array, issued: Array,
    redeemed: Array, rewards: Array, everybody: bool,
) -> None:  # fmt: skip
    oldest = np.int32(kept.size - 1)
    learn = f(1) - kept[1]
    for j in range(count):
        redeemed_here[j] = 0
        slot = slot_of[choice[j]]
        if slot < 0:
            continue
        i = who[j]
        since = min(np.int32(week) - np.int32(faded_week[j]), oldest)
        usual = pace[i, slot] * kept[since]  # without the purchase at hand, which says nothing about how often
        pace[i, slot] = usual + learn
        if not accrues[slot] and not is_open[slot] and points[i, slot] == 0:
            continue
        if not member[i, slot] and is_open[slot]:
            w0, _, _, _ = philox(np.uint64(i), at, np.uint64(0), why, k0, k1)
            gain = yearly_gain(
                usual, valued_at, reward_rate[slot] if accrues[slot] else 0.0, tier_at[slot], bonus[slot],
                perk[slot], vouchers[slot], span[slot],
            )  # fmt: skip
            if unit(w0) < sigmoid((gain - hassle[i]) / f(hesitation)):
                member[i, slot] = 1
                joined[slot] += 1
                points[i, slot] += head_start[slot]
                issued[slot] += head_start[slot]
        if not member[i, slot]:
            continue
        if points[i, slot] >= threshold[slot] and not everybody:
            points[i, slot] -= threshold[slot]
            redeemed[slot] += threshold[slot]
            redeemed_here[j] = threshold[slot]
            rewards[slot] += int(np.rint(reward_rate[slot] * threshold[slot]))
        if accrues[slot]:
            earned = min(int(paid[j]), FULL_CARD - int(points[i, slot]))
            points[i, slot] += earned
            issued[slot] += earned
        if not everybody:
            hurry(i, acceleration, member, points, threshold, urgency)


@kernel
def _expire(
    first: int, last: int, week: int, brand: int, slot: int, expiry: int, closed: int, acceleration: float,
    bought_week: Array, threshold: Array, member: Array, points: Array, urgency: Array, lapsing: Array, expired: Array,
) -> None:  # fmt: skip
    latest, n = np.int32(week - expiry), 0
    for i in range(first, last):
        lapsing[n] = i
        n += (points[i, slot] > 0) & (min(np.int32(bought_week[i, brand]), np.int32(closed)) <= latest)
    for k in range(n):
        i = lapsing[k]
        expired[slot] += points[i, slot]
        points[i, slot] = 0
        hurry(i, acceleration, member, points, threshold, urgency)


def on_visit(block: Block) -> None:
    """Let buyers join, redeem and collect."""
    params = block.params("points")
    assert isinstance(params, Params)
    market, visit, state, world, tally = block.market, block.visit, block.state, block.world, block.tally
    if len(market.scheme_brands) == 0:
        return
    _collect(
        visit.who, block.count, visit.choice, visit.paid, block.week, market.slot_of, visit.previous_week,
        world.pace_kept, world.threshold, world.reward_rate, world.accrues, world.open, world.head_start,
        world.tier_at, world.tier_bonus, world.tier_perk, world.voucher_year, world.voucher_span, params.valued_at,
        params.hesitation, params.acceleration, state.hassle, block.at, block.draw("points/join"), *block.key,
        state.member, state.points, state.pace, state.urgency, visit.points_redeemed, tally.joined,
        tally.points_issued, tally.points_redeemed, tally.rewards, params.joining == "everybody",
    )  # fmt: skip


def on_shoppers(block: Block) -> None:
    """Let points expire that have seen no purchase for too long."""
    params = block.params("points")
    assert isinstance(params, Params)
    market, state = block.market, block.state
    if params.joining == "everybody":
        return
    for slot, brand in enumerate(market.scheme_brands):
        if market.world.ever[slot]:
            _expire(
                block.first, block.last, block.week, brand, slot, market.world.expiry[slot],
                market.world.closed[slot],
                params.acceleration, state.bought_week, market.world.threshold, state.member, state.points,
                state.urgency, block.visit.lapsing, block.tally.points_expired,
            )  # fmt: skip


def close_week(market: Market) -> None:
    """Keep account of what is outstanding."""
    world, tally = market.world, market.tally
    world.ever |= world.accrues
    world.outstanding += tally.points_issued - tally.points_redeemed - tally.points_expired
    world.members += tally.joined


GAINS = (*TIER_FIELDS, *(field for field in VOUCHER_FIELDS if field.name in {"voucher_year", "voucher_span"}))
OWN = ("hassle", "member", "points", "pace", "urgency", "joined", "points_issued", "points_expired", "rewards")

BEHAVIOUR = Behaviour(
    name="points",
    phase=Phase.BUY,
    order=20,
    does="joining, accrual, rewards, expiry",
    params=Params,
    state=(
        Field("hassle", ("N",), "float32", "list prices", "trouble of joining a scheme", fixed=True),
        Field("member", ("N", "S"), "uint8", "yes/no", "whether the shopper is a member of the scheme"),
        Field("points", ("N", "S"), "int32", "points", "points held; one point is one cent spent"),
        Field("pace", ("N", "S"), "float32", "purchases/week", "experienced rate of buying the scheme's brand"),
    ),
    world=(*FIELDS, *GAINS),
    visit=(
        Field("points_redeemed", ("V",), "int32", "points", "points redeemed at this purchase"),
        Field("lapsing", ("V",), "uint32", "shopper", "shoppers of the block whose points expire this week"),
    ),
    tallies=(
        Field("joined", ("S",), "int64", "shoppers", "shoppers who joined"),
        Field("points_issued", ("S",), "int64", "points", "points issued"),
        Field("points_redeemed", ("S",), "int64", "points", "points redeemed"),
        Field("points_expired", ("S",), "int64", "points", "points expired"),
        Field("rewards", ("S",), "int64", "cents", "face value of rewards redeemed"),
    ),
    reads=(
        *("who", "choice", "paid", "bought_week", "previous_week", "list_price_start", "taste", "rate"),
        *OWN,
        *(field.name for field in GAINS),
        *("points_redeemed", *(field.name for field in FIELDS)),
    ),
    writes=(*OWN, "points_redeemed", "lapsing", *(field.name for field in FIELDS)),
    finish_setup=finish_setup,
    open_week=open_week,
    on_visit=on_visit,
    on_shoppers=on_shoppers,
    close_week=close_week,
)
