"""What status is worth at the moment of choice: perks and further points to who is gold, a pull to who nearly is.

Tiers raise what members do just below them, as a goal that comes near does (points pressure and status: Kopalle, Sun,
Neslin, Sun & Swaminathan 2012). Further points count at face value, without the chance of reaching a reward with them,
since gold members buy often.
"""

import numpy as np

from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import ln
from sim.market.week import Behaviour, Phase

f = np.float32


class Params(BaseParams):
    """How much status counts, and how hard it pulls from below."""

    face_value_counted: float = dial(
        0.7, "share of the worth of perks and further points that counts in choice", plausible=(0.3, 1.1), ge=0, le=5,
        source="assumption: as of other rewards; formulas §3: psi",
    )  # fmt: skip
    pull: float = dial(
        0.25, "share of what gold is worth that is felt just below it", plausible=(0, 0.5), ge=0, le=2,
        source="assumption: modest; members act before they reach a tier (Kopalle et al. 2012)",
    )  # fmt: skip
    near: float = dial(
        0.7, "share of gold's pace from which the pull is felt, rising evenly to gold", plausible=(0.5, 0.9), ge=0,
        lt=1, source="assumption: who is far away does not think of it",
    )  # fmt: skip


@kernel
def _add_status(
    who: Array, count: int, week: int, brand: int, slot: int, member: Array, gold: Array, pace: Array,
    bought_week: Array, keeps: Array, sensitivity: Array, interest: Array, worth: float, tier_at: float, pull: float,
    near: float, row: Array,
) -> None:  # fmt: skip
    oldest = np.int32(keeps.size - 1)
    for j in range(count):
        i = who[j]
        if member[i, slot]:
            felt = f(1)
            if not gold[i, slot]:
                age = min(np.int32(week) - np.int32(bought_week[i, brand]), oldest)
                way = pace[i, slot] * keeps[age] * f(52.0 / tier_at)
                felt = f(pull) * min(max((way - f(near)) / f(1.0 - near), f(0)), f(1))
            row[j] -= sensitivity[i] * ln(f(1) - min(f(worth) * interest[i], f(0.99))) * felt


def on_visit(block: Block) -> None:
    """Add the worth of status in every scheme with tiers to the utility of its brand."""
    visit, state, world = block.visit, block.state, block.world
    if np.count_nonzero(world.tier_at) == 0:
        return
    params = block.params("tier_value")
    assert isinstance(params, Params)
    for slot, brand in enumerate(block.market.scheme_brands):
        if world.tier_at[slot] > 0.0:
            points = world.tier_bonus[slot] * world.reward_rate[slot] if world.accrues[slot] else 0.0
            _add_status(
                visit.who, block.active, block.week, brand, slot, state.member, state.gold, state.pace,
                state.bought_week, world.pace_kept, state.price_weight, state.reward_interest,
                params.face_value_counted * (world.tier_perk[slot] + points), world.tier_at[slot], params.pull,
                params.near, visit.utility[brand],
            )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="tier_value",
    phase=Phase.SEARCH,
    order=72,
    does="what gold is worth at the moment of choice, and the pull of it from just below",
    params=Params,
    reads=(
        *("who", "member", "gold", "pace", "bought_week", "pace_kept", "price_weight", "reward_interest"),
        *("tier_at", "tier_bonus", "tier_perk", "reward_rate", "accrues"),
    ),
    writes=("utility",),
    commercial=True,
    on_visit=on_visit,
)
