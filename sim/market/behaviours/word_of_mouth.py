"""Word of mouth: a shopper hears what its ties say now, and how satisfied they say they are.

What counts is the valence of what is said and not how many ties own the brand, because counting owners would
make large brands larger for no reason of their own. Older words count less.
"""

from typing import Literal

import numpy as np
from pydantic import Field as Setting

from sim.market import chance
from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase

f = np.float32
NOTHING = 255  # in `owned`: bought nothing yet
STILL = 64  # weeks after which nobody remembers what was said

SAID = Field("said", ("N",), "uint32", "packed", "brand + 1, valence in 1/16 + 128, and week of what is being said")


class Params(BaseParams):
    """How much others' word counts."""

    weight: float = dial(
        0.3, "weight of ties' satisfaction in utility", unit="utility/sd", plausible=(0, 0.6), ge=0, le=10,
        source="formulas §3: w_s",
    )  # fmt: skip
    weight_spread: float = dial(
        0.0, "half-width of the shoppers' interest in others' word around 1, uniform", plausible=(0, 1), ge=0, le=1,
        built=True, source="assumption: alike unless a scenario says",
    )  # fmt: skip
    freshness: float = dial(
        0.9, "weight of a word for each week since it was said", plausible=(0.7, 0.98), ge=0, le=1,
        source="formulas §3: .9 a week",
    )  # fmt: skip
    hears: Literal["satisfaction", "ownership"] = Setting(
        "satisfaction", description="what ties say, or merely which brand each bought last (bandwagon)"
    )


def setup(market: Market) -> None:
    """Draw how much each shopper listens."""
    params = market.params["word_of_mouth"]
    assert isinstance(params, Params)
    if params.weight_spread > 0:
        u = chance.uniforms(market.seed, "word_of_mouth/listening", np.arange(market.spec.shoppers))[0]
        market.state.listening[:] = 1.0 + params.weight_spread * (2.0 * u - 1.0)


def open_week(market: Market) -> None:
    """Keep what was said and owned until last week, so that the order of shoppers within a week cannot matter."""
    params = market.params["word_of_mouth"]
    assert isinstance(params, Params)
    if params.hears == "satisfaction":
        market.state.said[:] = market.state.saying
        market.world.word_weight[:] = params.freshness ** np.arange(STILL)
    else:
        market.state.owned[:] = market.state.last_brand.view(np.uint8)


@kernel
def _hear(
    who: Array, count: int, start: Array, ties: Array, said: Array, listening: Array, familiar: Array,
    word_weight: Array, week: int, weight: float, utility: Array,
) -> None:  # fmt: skip
    for j in range(count):
        i = who[j]
        first, last = np.uint64(start[i]), np.uint64(start[i + np.uint32(1)])
        if first == last:
            continue
        part = f(weight) * listening[i] / f(np.int32(last - first))
        for t in range(first, last):
            word = said[np.uint32(ties[t])]
            spoken = np.uint32(word & np.uint32(0xFF))
            age = np.uint32((week - (word >> np.uint32(16))) & np.uint32(0xFFFF))
            counts = (spoken > np.uint32(0)) & (age < np.uint32(STILL))
            b, old = spoken - np.uint32(spoken > np.uint32(0)), min(age, np.uint32(STILL - 1))
            valence = f(np.int32((word >> np.uint32(8)) & np.uint32(0xFF)) - np.int32(128)) * f(1 / 16)
            heard = part * (f(1) - familiar[b, j]) * valence * word_weight[old]
            utility[b, j] += heard if counts else f(0)  # no branch: what is said is hard to predict


@kernel
def _count_owners(
    who: Array, count: int, start: Array, ties: Array, owned: Array, listening: Array, weight: float, utility: Array
) -> None:
    for j in range(count):
        i = who[j]
        first, last = np.uint64(start[i]), np.uint64(start[i + np.uint32(1)])
        if first == last:
            continue
        part = f(weight) * listening[i] / f(np.int32(last - first))
        for t in range(first, last):
            b = owned[np.uint32(ties[t])]
            if b < NOTHING:
                utility[b, j] += part


def on_visit(block: Block) -> None:
    """Add what ties say to the utility of those who evaluate."""
    params = block.params("word_of_mouth")
    assert isinstance(params, Params)
    visit, state, ties = block.visit, block.state, block.market.ties
    if params.hears == "ownership":
        _count_owners(
            visit.who, block.active, ties.start, ties.to, state.owned, state.listening, params.weight, visit.utility
        )
        return
    _hear(
        visit.who, block.active, ties.start, ties.to, state.said, state.listening, visit.familiar,
        block.world.word_weight, block.week & 0xFFFF, params.weight, visit.utility,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="word_of_mouth",
    phase=Phase.SEARCH,
    order=60,
    does="hears what ties say now: its valence, not how many own the brand",
    params=Params,
    state=(
        SAID,
        Field("listening", ("N",), "float32", "", "interest in others' word, mean 1", fill=1, fixed=True),
        Field("owned", ("N",), "uint8", "brand", "brand bought last, as of last week; 255 none", fill=255),
    ),
    world=(Field("word_weight", ("T",), "float32", "", "weight of a word by weeks since it was said"),),
    reads=("saying", "last_brand", "listening", "familiar"),
    writes=("said", "owned", "word_weight", "utility"),
    setup=setup,
    open_week=open_week,
    on_visit=on_visit,
)
