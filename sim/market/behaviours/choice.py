"""Choosing: the brand with the highest utility plus Gumbel noise, a logit given tastes (McFadden 1974).

Those who buy by habit take their last brand. A term for the last brand (Guadagni & Little 1983) is off by default:
it makes large brands larger, and habit is the form of inertia that does not.
"""

import numpy as np

from sim.market.block import Block
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import gumbel
from sim.market.state import Field
from sim.market.week import Behaviour, Phase

f = np.float32


class Params(BaseParams):
    """Noise is standard Gumbel: utilities are in its units."""

    last_brand_weight: float = dial(
        0.0, "utility of the brand bought last, for those who evaluate", unit="utility", plausible=(0, 1.6), ge=0,
        le=10, source="Dube, Hitsch & Rossi 2010: 0 to 1.6; 0 because it is not share-neutral (formulas §1)",
    )  # fmt: skip


@kernel
def _add_last(who: Array, count: int, last_brand: Array, weight: float, utility: Array) -> None:
    for j in range(count):
        b = last_brand[who[j]]
        if b >= 0:
            utility[b, j] += f(weight)


@kernel
def _add_noise(who: Array, count: int, at: Word, why: Word, k0: Word, k1: Word, utility: Array, spare: Array) -> None:
    """Add noise to four brands at a time; the fourth part of a shopper's draws belongs to each, or to a spare row."""
    brands = utility.shape[0]
    for b in range(0, brands, 4):
        u0 = utility[b]
        u1 = utility[b + 1] if b + 1 < brands else spare[0]
        u2 = utility[b + 2] if b + 2 < brands else spare[1]
        u3 = utility[b + 3] if b + 3 < brands else spare[2]
        for j in range(count):
            w0, w1, w2, w3 = philox(np.uint64(who[j]), at, np.uint64(b), why, k0, k1)
            u0[j] += gumbel(unit(w0))
            u1[j] += gumbel(unit(w1))
            u2[j] += gumbel(unit(w2))
            u3[j] += gumbel(unit(w3))


@kernel
def best(count: int, utility: Array, top: Array, choice: Array) -> None:
    """Find the brand with the highest utility; of equals the first. `top` (V,) is scratch."""
    for j in range(count):
        top[j] = utility[0, j]
        choice[j] = 0
    for b in range(1, utility.shape[0]):
        row = utility[b]
        for j in range(count):
            better = row[j] > top[j]
            top[j] = row[j] if better else top[j]
            choice[j] = np.uint8(b) if better else choice[j]


@kernel
def _by_habit(who: Array, first: int, last: int, last_brand: Array, choice: Array) -> None:
    for j in range(first, last):
        choice[j] = last_brand[who[j]]


@kernel
def _count_late(active: int, mind: Array, choice: Array) -> int:
    late = 0
    for j in range(active):
        late += 1 - int((mind[j] >> np.uint32(choice[j])) & np.uint32(1))
    return late


def on_visit(block: Block) -> None:
    """Choose a brand at every visit of the round."""
    params = block.params("choice")
    assert isinstance(params, Params)
    visit, state = block.visit, block.state
    if params.last_brand_weight > 0:
        _add_last(visit.who, block.active, state.last_brand, params.last_brand_weight, visit.utility)
    _add_noise(visit.who, block.active, block.at, block.draw("choice/gumbel"), *block.key, visit.utility, visit.spare)
    best(block.active, visit.utility, visit.top, visit.choice)
    _by_habit(visit.who, block.active, block.count, state.last_brand, visit.choice)
    if block.market.plan.is_written("mind"):
        block.tally.won_late[0] += _count_late(block.active, visit.mind, visit.choice)


BEHAVIOUR = Behaviour(
    name="choice",
    phase=Phase.CHOOSE,
    order=10,
    does="highest utility plus Gumbel noise; habit takes the last brand",
    params=Params,
    visit=(
        Field("top", ("V",), "float32", "utility", "highest utility so far"),
        Field("spare", ("4", "V"), "float32", "", "scratch: rows for brands that do not exist"),
    ),
    tallies=(Field("won_late", ("1",), "int64", "visits", "choices of a brand that had not come to mind"),),
    reads=("who", "last_brand", "mind", "utility", "won_late"),
    writes=("utility", "top", "spare", "choice", "won_late"),
    on_visit=on_visit,
)
