"""What a voucher in hand is worth at the moment of choice: -beta ln(1 - psi x value x chance to remember it)."""

import numpy as np

from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import ln
from sim.market.week import Behaviour, Phase

f = np.float32


class Params(BaseParams):
    """How much of a voucher's face value counts."""

    face_value_counted: float = dial(
        0.7, "share of a voucher's face value that counts in choice", plausible=(0.3, 1.1), ge=0, le=5,
        source="assumption: as of other rewards; formulas §3: psi",
    )  # fmt: skip


@kernel
def _add_voucher(
    who: Array, count: int, brand: int, slot: int, since: int, member: Array, bought_week: Array, sensitivity: Array,
    interest: Array, worth: float, row: Array,
) -> None:  # fmt: skip
    for j in range(count):
        i = who[j]
        if bought_week[i, brand] < since and member[i, slot]:
            row[j] -= sensitivity[i] * ln(f(1) - min(f(worth) * interest[i], f(0.99)))


def on_visit(block: Block) -> None:
    """Add the worth of vouchers in hand to the utility of their brands."""
    visit, state, world = block.visit, block.state, block.world
    if np.count_nonzero(world.voucher_cents) == 0:
        return
    params = block.params("voucher_value")
    assert isinstance(params, Params)
    for slot, brand in enumerate(block.market.scheme_brands):
        if world.voucher_cents[slot] > 0:
            _add_voucher(
                visit.who, block.active, brand, slot, world.voucher_since[slot], state.member, state.bought_week,
                state.price_weight, state.reward_interest,
                params.face_value_counted * world.voucher_value[slot] * world.voucher_use[slot], visit.utility[brand],
            )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="voucher_value",
    phase=Phase.SEARCH,
    order=74,
    does="what a voucher in hand is worth at the moment of choice",
    params=Params,
    reads=(
        *("who", "member", "bought_week", "price_weight", "reward_interest"),
        *("voucher_since", "voucher_cents", "voucher_value", "voucher_use"),
    ),
    writes=("utility",),
    commercial=True,
    on_visit=on_visit,
)
