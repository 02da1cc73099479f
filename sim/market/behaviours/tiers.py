"""Gold members: who buys a brand often enough is given a status, with further points and perks.

Status is judged at each purchase by the pace that the shopper has experienced, so that it has to be kept up; it is
lost only some way below the pace at which it is won, because programmes demote late (Dreze & Nunes 2009 on what tiers
are worth to those in them). Benefits of a purchase go to whoever was gold when it was made. Status ends with the tiers.
"""

import numpy as np

from sim.market.block import Block
from sim.market.brands.strategy import winds_up
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase
from sim.market.world.cards import FULL_CARD, TIER_FIELDS, hurry

f = np.float32


class Params(BaseParams):
    """How status is lost."""

    grace: float = dial(
        0.2, "how far the pace may fall below that of gold before gold is lost", unit="share of pace",
        plausible=(0, 0.5), ge=0, le=1, source="assumption: status usually holds for a year once it is won",
    )  # fmt: skip


def setup(market: Market) -> None:
    """Bring the terms up to date, by which joining is judged at rest."""
    _take_terms(market)


def _take_terms(market: Market) -> None:
    world = market.world
    for slot, brand in enumerate(market.scheme_brands):
        scheme = market.brand_specs[brand].scheme
        holds = scheme.has_tiers and not winds_up(market, brand)
        world.tier_at[slot] = scheme.tier_at if holds else 0.0
        world.tier_bonus[slot] = scheme.tier_bonus if holds else 0.0
        world.tier_perk[slot] = scheme.tier_perk if holds else 0.0
        world.perk_cents[slot] = round(100.0 * world.tier_perk[slot] * scheme.reward_cost * world.list_price[brand])


def finish_setup(market: Market) -> None:
    """Make those gold who have bought often enough for long, where a scheme with tiers ran before the start."""
    state = market.state
    for slot, brand in enumerate(market.scheme_brands):
        if market.world.tier_at[slot] > 0:
            share = np.exp(state.taste - state.taste.max(axis=1, keepdims=True))
            often = 52.0 * state.rate * share[:, brand] / share.sum(axis=1) >= market.world.tier_at[slot]
            state.gold[:, slot] = often & (state.member[:, slot] == 1)
    market.world.gold_members[:] = state.gold.sum(axis=0, dtype=np.int64)


def open_week(market: Market) -> None:
    """Bring the terms up to date; where tiers have ended nobody is gold."""
    _take_terms(market)
    for slot in np.flatnonzero((market.world.tier_at == 0.0) & (market.world.gold_members > 0)):
        market.state.gold[:, slot] = 0
        market.world.gold_members[slot] = 0


@kernel
def _judge(
    who: Array, count: int, choice: Array, paid: Array, slot_of: Array, tier_at: Array, bonus: Array, perk: Array,
    accrues: Array, threshold: Array, grace: float, acceleration: float, member: Array, pace: Array, gold: Array,
    points: Array, urgency: Array, issued: Array, up: Array, down: Array, perk_cost: Array,
) -> None:  # fmt: skip
    for j in range(count):
        slot = slot_of[choice[j]]
        if slot < 0 or tier_at[slot] == 0.0:
            continue
        i = who[j]
        if not member[i, slot]:
            continue
        often = pace[i, slot] * f(52)
        if gold[i, slot]:
            perk_cost[choice[j]] += perk[slot]
            if accrues[slot] and bonus[slot] > 0.0:
                more = min(int(np.rint(bonus[slot] * paid[j])), FULL_CARD - int(points[i, slot]))
                points[i, slot] += more
                issued[slot] += more
                hurry(i, acceleration, member, points, threshold, urgency)
            if often < f(1.0 - grace) * f(tier_at[slot]):
                gold[i, slot] = 0
                down[slot] += 1
        elif often >= f(tier_at[slot]):
            gold[i, slot] = 1
            up[slot] += 1


def on_visit(block: Block) -> None:
    """Give gold members what is theirs, then judge every member anew."""
    world, visit, state, tally = block.world, block.visit, block.state, block.tally
    if np.count_nonzero(world.tier_at) == 0:
        return
    params = block.params("tiers")
    assert isinstance(params, Params)
    points = block.params("points")
    hurries = getattr(points, "joining", "") == "choice"
    _judge(
        visit.who, block.count, visit.choice, visit.paid, block.market.slot_of, world.tier_at, world.tier_bonus,
        world.perk_cents, world.accrues, world.threshold, params.grace,
        getattr(points, "acceleration", 0.0) if hurries else 0.0, state.member, state.pace, state.gold, state.points,
        state.urgency, tally.points_issued, tally.gold_up, tally.gold_down, tally.perk_cost,
    )  # fmt: skip


def close_week(market: Market) -> None:
    """Count the gold members."""
    market.world.gold_members += market.tally.gold_up - market.tally.gold_down


OWN = ("gold", "gold_members", "perk_cents", *(field.name for field in TIER_FIELDS), "gold_up", "gold_down")

BEHAVIOUR = Behaviour(
    name="tiers",
    phase=Phase.BUY,
    order=25,
    does="further points and perks of gold members; up or down by experienced pace",
    params=Params,
    state=(Field("gold", ("N", "S"), "uint8", "yes/no", "whether the shopper is a gold member of the scheme"),),
    world=(
        *TIER_FIELDS,
        Field("perk_cents", ("S",), "int64", "cents", "what the perks of a purchase by a gold member cost the brand"),
        Field("gold_members", ("S",), "int64", "shoppers", "gold members"),
    ),
    tallies=(
        Field("gold_up", ("S",), "int64", "shoppers", "members who became gold"),
        Field("gold_down", ("S",), "int64", "shoppers", "members who lost gold"),
        Field("perk_cost", ("B",), "int64", "cents", "what the perks of gold members cost the brand"),
    ),
    reads=(
        *("who", "choice", "paid", "member", "pace", "points", "taste", "rate", "accrues", "threshold", "list_price"),
        *OWN,
    ),
    writes=(*OWN, "points", "urgency", "points_issued", "perk_cost"),
    setup=setup,
    finish_setup=finish_setup,
    open_week=open_week,
    on_visit=on_visit,
    close_week=close_week,
)
