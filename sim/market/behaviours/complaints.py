"""Complaints: some of the dissatisfied speak up, and a brand that listens can put things right.

A remedy gives back part of what the purchase took from the memory of the brand, the more the better the brand's
front-line people are, and settles the shopper. It goes back to what was remembered before and no further, unless a
dial allows the recovery paradox, which holds for satisfaction and not for buying again (de Matos, Henrique & Rossi
2007). What satisfaction holds of the usual remedies is left there, so a market at rest recovers nothing on top.
"""

import numpy as np

from sim.market.block import Block
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.market import Market
from sim.market.spec import LEVERS
from sim.market.state import Field
from sim.market.week import Behaviour, Phase

f = np.float32
PEOPLE = LEVERS.index("people")


class Params(BaseParams):
    """Who complains, and what a remedy gives back."""

    threshold: float = dial(
        -1.0, "satisfaction below which a buyer may complain", unit="sd", plausible=(-2, -0.5), le=0, ge=-100,
        source="assumption: the worst sixth of purchases",
    )  # fmt: skip
    chance: float = dial(
        0.2, "chance that such a buyer complains", plausible=(0.05, 0.5), ge=0, le=1,
        source="Best & Andreasen 1977: two in five problems are voiced; assumption: fewer of small purchases",
    )  # fmt: skip
    remedy: float = dial(
        0.7, "share of the memory lost that a remedy gives back", plausible=(0.3, 1), ge=0, le=3,
        source="assumption: most of it, and all of it from the best people",
    )  # fmt: skip
    remedy_by_people: float = dial(
        0.5, "rise of that share with the quality of front-line people", unit="1/sd", plausible=(0, 1), ge=0, le=10,
        source="assumption: how a complaint is handled counts beside the remedy (Tax, Brown & Chandrashekaran 1998)",
    )  # fmt: skip
    most_restored: float = dial(
        1.0, "most of the memory lost that can come back; above 1 is the recovery paradox", plausible=(0.8, 1.5), ge=0,
        le=3, source="de Matos, Henrique & Rossi 2007: no paradox in buying again",
    )  # fmt: skip


def open_week(market: Market) -> None:
    """Work out how each brand deals with complaints."""
    params = market.params["complaints"]
    assert isinstance(params, Params)
    world = market.world
    restored = params.remedy + params.remedy_by_people * world.lift[PEOPLE]
    world.recovery[1] = np.clip(restored, 0.0, params.most_restored)
    for k, brand in enumerate(market.brand_specs):
        world.recovery[0, k] = brand.service.recovery
        world.recovery_price[k] = round(100.0 * brand.service.recovery_cost)


@kernel
def _complain(
    who: Array, count: int, choice: Array, satisfaction: Array, faded: Array, threshold: float, chance: float,
    recovery: Array, price: Array, at: Word, why: Word, k0: Word, k1: Word, memory: Array, unsettled: Array,
    complaints: Array, recovered: Array, cost: Array,
) -> None:  # fmt: skip
    for j in range(count):
        if satisfaction[j] >= f(threshold):
            continue
        i, b = who[j], choice[j]
        w0, w1, _, _ = philox(np.uint64(i), at, np.uint64(0), why, k0, k1)
        if unit(w0) >= f(chance):
            continue
        complaints[b] += 1
        if unit(w1) < recovery[0, b]:
            memory[i, b] += recovery[1, b] * max(faded[j] - memory[i, b], f(0))
            unsettled[i] = 0
            recovered[b] += 1
            cost[b] += price[b]


def on_visit(block: Block) -> None:
    """Let the dissatisfied complain, and brands put things right."""
    params = block.params("complaints")
    assert isinstance(params, Params)
    visit, state, world, tally = block.visit, block.state, block.world, block.tally
    if params.chance == 0:
        return
    _complain(
        visit.who, block.count, visit.choice, visit.satisfaction, visit.faded, params.threshold, params.chance,
        world.recovery, world.recovery_price, block.at, block.draw("complaints/speak"), *block.key, state.memory,
        state.unsettled, tally.complaints, tally.recovered, tally.recovery_cost,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="complaints",
    phase=Phase.USE,
    order=20,
    does="complains if dissatisfied; a remedy gives back part of the memory lost",
    params=Params,
    world=(
        Field("recovery", ("2", "B"), "float32", "", "chance of a remedy (0), and the share of memory given back (1)"),
        Field("recovery_price", ("B",), "int64", "cents", "cost of one remedy"),
    ),
    tallies=(
        Field("complaints", ("B",), "int64", "purchases", "purchases complained about"),
        Field("recovered", ("B",), "int64", "purchases", "complaints put right"),
        Field("recovery_cost", ("B",), "int64", "cents", "what that cost the brand"),
    ),
    reads=("who", "choice", "satisfaction", "faded", "lift"),
    writes=(
        "recovery", "recovery_price", "memory", "unsettled", "complaints", "recovered", "recovery_cost",
    ),
    open_week=open_week,
    on_visit=on_visit,
)  # fmt: skip
