"""The human encounter: how people are treated, how evenly, and small gestures that nobody expected.

At some purchases the shopper deals with the brand's people. How well that goes adds to what is felt of the purchase:
better front-line people raise its mean and make it more even (Bitner, Booms & Tetreault 1990). A gesture is a rare
surprise. It never enters what is expected next time, as a predictable reward does (claims D7).
"""

import numpy as np

from sim.market.block import Block
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import normal
from sim.market.gather import pick
from sim.market.market import Market
from sim.market.spec import LEVERS
from sim.market.state import Field
from sim.market.week import Behaviour, Phase

f = np.float32
PEOPLE = LEVERS.index("people")


class Params(BaseParams):
    """How often shoppers deal with people, and how much that counts."""

    encounters: float = dial(
        0.4, "share of purchases at which the shopper deals with the brand's people", plausible=(0.05, 1), ge=0, le=1,
        source="assumption: few in self-service, nearly all in coffee shops and services",
    )  # fmt: skip
    weight: float = dial(
        0.6, "weight of the encounter in the experience", plausible=(0.2, 1.2), ge=0, le=10,
        source="assumption: formulas §3, e; with .6 an encounter weighs more than any one moment",
    )  # fmt: skip
    spread: float = dial(
        0.6, "standard deviation between encounters at the category's norm", unit="sd of experience",
        plausible=(0, 1.2), ge=0, le=10, source="assumption: less than that between whole episodes",
    )  # fmt: skip
    evenness: float = dial(
        1.0, "how fast ln of that spread falls with the quality of front-line people", unit="1/sd", plausible=(0, 2),
        ge=0, le=10, source="assumption: a quarter less at twice the spending; claims D4 names the spread",
    )  # fmt: skip


def open_week(market: Market) -> None:
    """Work out how encounters with each brand's people go, and what gestures it makes."""
    params = market.params["people"]
    assert isinstance(params, Params)
    world, z = market.world, market.world.lift[PEOPLE]
    world.encounter_mean[:] = params.weight * z
    world.encounter_spread[:] = params.weight * params.spread * np.exp(-params.evenness * z)
    for k, brand in enumerate(market.brand_specs):
        world.gesture[:, k] = brand.service.gesture_rate, brand.service.gesture_size
        world.gesture_price[k] = round(100.0 * brand.service.gesture_cost)


@kernel
def _meet(
    who: Array, count: int, encounters: float, at: Word, why: Word, k0: Word, k1: Word, mean: Array, spread: Array,
    uplift: Array,
) -> None:  # fmt: skip
    for j in range(count):
        w0, w1, w2, _ = philox(np.uint64(who[j]), at, np.uint64(0), why, k0, k1)
        felt = mean[j] + spread[j] * normal(unit(w1), unit(w2))
        uplift[j] += felt if unit(w0) < f(encounters) else f(0)


@kernel
def _surprise(
    who: Array, count: int, choice: Array, gesture: Array, price: Array, at: Word, why: Word, k0: Word, k1: Word,
    uplift: Array, gestures: Array, cost: Array,
) -> None:  # fmt: skip
    for j in range(count):
        b = choice[j]
        if gesture[0, b] > f(0):
            w0, _, _, _ = philox(np.uint64(who[j]), at, np.uint64(0), why, k0, k1)
            if unit(w0) < gesture[0, b]:
                uplift[j] += gesture[1, b]
                gestures[b] += 1
                cost[b] += price[b]


def on_visit(block: Block) -> None:
    """Let buyers meet people, and some of them be surprised."""
    params = block.params("people")
    assert isinstance(params, Params)
    visit, world, tally = block.visit, block.world, block.tally
    if params.encounters > 0 and (world.encounter_mean.any() or world.encounter_spread.any()):
        pick(world.encounter_mean, visit.choice, block.count, visit.met_mean)
        pick(world.encounter_spread, visit.choice, block.count, visit.met_spread)
        _meet(
            visit.who, block.count, params.encounters, block.at, block.draw("people/encounter"), *block.key,
            visit.met_mean, visit.met_spread, visit.uplift,
        )  # fmt: skip
    if world.gesture[0].any():
        _surprise(
            visit.who, block.count, visit.choice, world.gesture, world.gesture_price, block.at,
            block.draw("people/gesture"), *block.key, visit.uplift, tally.gestures, tally.gesture_cost,
        )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="people",
    phase=Phase.USE,
    order=4,
    does="meets the brand's people, well or badly; some are surprised by a gesture",
    params=Params,
    world=(
        Field("encounter_mean", ("B",), "float32", "sd", "what an encounter adds to the experience on average"),
        Field("encounter_spread", ("B",), "float32", "sd", "standard deviation of what an encounter adds"),
        Field("gesture", ("2", "B"), "float32", "", "chance of a gesture at a purchase (0), and what it adds (1)"),
        Field("gesture_price", ("B",), "int64", "cents", "cost of one gesture"),
    ),
    visit=(
        Field("met_mean", ("V",), "float32", "sd", "what an encounter with the chosen brand adds on average"),
        Field("met_spread", ("V",), "float32", "sd", "its standard deviation"),
    ),
    tallies=(
        Field("gestures", ("B",), "int64", "gestures", "gestures made"),
        Field("gesture_cost", ("B",), "int64", "cents", "what they cost the brand"),
    ),
    reads=("who", "choice", "lift"),
    writes=(
        *("encounter_mean", "encounter_spread", "gesture", "gesture_price", "met_mean", "met_spread", "uplift"),
        *("gestures", "gesture_cost"),
    ),
    open_week=open_week,
    on_visit=on_visit,
)
