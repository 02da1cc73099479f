"""What adverts promised is expected: a promise above what is delivered disappoints (Oliver 1980).

A promise raises what the buyer expects by T promise/(1 + T + what memory and ratings weigh), T being how far this
shopper believes adverts, so experts are disappointed less.
"""

import numpy as np

from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.week import Behaviour, Phase

f = np.float32


class Params(BaseParams):
    """How far adverts are believed belongs to advertising."""


@kernel
def _expect(
    who: Array, count: int, choice: Array, expertise: Array, trust: float, lost: float, promised: Array,
    expectation: Array,
) -> None:  # fmt: skip
    for j in range(count):
        believes = max(f(trust) - f(lost) * expertise[who[j]], f(0))
        expectation[j] += believes * promised[choice[j]]


def on_visit(block: Block) -> None:
    """Add what was promised of the chosen brand to what is expected of it."""
    visit, world = block.visit, block.world
    if not world.promised.any():
        return
    usage = block.params("usage")
    others = getattr(usage, "memory_in_expectation", 0.0) + getattr(usage, "reviews_in_expectation", 0.0)
    promised = (world.promised / (1.0 + world.trust[0] + others)).astype(np.float32)
    _expect(
        visit.who, block.count, visit.choice, block.state.expertise, world.trust_naive[0], world.trust_lost[0],
        promised, visit.expectation,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="promise",
    phase=Phase.USE,
    order=4,
    does="what adverts promised is expected of what was bought",
    params=Params,
    reads=("who", "choice", "expertise", "promised", "trust", "trust_naive", "trust_lost"),
    writes=("expectation",),
    on_visit=on_visit,
)
