"""One's own experience: what is remembered of each brand adds to its utility.

Memory fades between purchases, so it is stored with the week in which it was last touched, and faded when read.
Whoever knows a brand from own use listens less to others: `familiar` is 1 just after a purchase and fades alike.
"""

import numpy as np

from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.state import NEVER, Field
from sim.market.week import Behaviour, Phase

f = np.float32


class Params(BaseParams):
    """How much memory counts."""

    weight: float = dial(
        0.5, "weight of remembered satisfaction in utility", unit="utility/sd", plausible=(0.1, 1.0), ge=0, le=10,
        source="formulas §3: w_x, not identified by public data, swept .1 to 1",
    )  # fmt: skip
    discounts_others: bool = dial(
        True, "whether own experience makes a shopper listen less to reviews and talk",
        source="formulas §3: g, so that one quality is not counted three times",
    )  # fmt: skip


@kernel
def _add(
    who: Array, count: int, week: int, memory: Array, bought_week: Array, retention: Array, weight: float,
    discounts: float, utility: Array, familiar: Array,
) -> None:  # fmt: skip
    oldest = np.int32(retention.size - 1)
    for b in range(utility.shape[0]):
        row, own = utility[b], familiar[b]
        for j in range(count):
            i = who[j]
            when = bought_week[i, b]
            kept = retention[min(np.int32(week) - np.int32(when), oldest)]
            row[j] += f(weight) * memory[i, b] * kept
            own[j] = f(discounts) * (f(0) if when == NEVER else kept)


def on_visit(block: Block) -> None:
    """Add what is remembered to the utility, and say how familiar each brand is."""
    params = block.params("own_experience")
    assert isinstance(params, Params)
    visit, state = block.visit, block.state
    _add(
        visit.who, block.active, block.week, state.memory, state.bought_week, block.world.retention, params.weight,
        float(params.discounts_others), visit.utility, visit.familiar,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="own_experience",
    phase=Phase.SEARCH,
    order=40,
    does="memory of past experience, faded; own use outweighs others' word",
    params=Params,
    visit=(Field("familiar", ("B", "V"), "float32", "", "how fresh one's own experience of the brand is, 0 to 1"),),
    reads=("memory", "bought_week", "retention"),
    writes=("familiar", "utility"),
    on_visit=on_visit,
)
