"""Who shops this week: needs arrive at each shopper's own rate, and rates are gamma distributed (Ehrenberg 1959).

A Poisson number of needs at a rate that is gamma distributed over shoppers gives negative binomial purchase
frequencies, the NBD. Several needs in one week become visits in successive rounds.
"""

from typing import Literal

import numpy as np
from pydantic import Field as Setting

from sim.market import draws
from sim.market.block import Block
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.fastmath import exp
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase

f = np.float32
MOST_TRIPS = 255


class Params(BaseParams):
    """How needs arrive."""

    arrivals: Literal["poisson", "at_most_one"] = Setting(
        "poisson", description="number of needs in a week: Poisson, or one with probability min(rate, 1)"
    )


def setup(market: Market) -> None:
    """Draw each shopper's purchase rate: gamma with the category's mean and shape."""
    category = market.spec.category
    scale = category.purchase_rate / category.rate_shape
    market.state.rate[:] = draws.gammas(market.seed, "need/rate", market.spec.shoppers, category.rate_shape) * scale


@kernel
def _arrive(
    first: int, last: int, rate: Array, urgency: Array, appetite: Array, saver: Array, held_back: float, poisson: bool,
    at: Word, why: Word, k0: Word, k1: Word, trips: Array, chance: Array,
) -> int:  # fmt: skip
    mean_trips, hurry, saves = rate[first:last], urgency[first:last], saver[first:last]
    for j in range(mean_trips.size):
        a, _, _, _ = philox(np.uint64(first) + np.uint64(j), at, np.uint64(0), why, k0, k1)
        chance[j] = unit(a)
    for j in range(mean_trips.size):
        mean = mean_trips[j] * hurry[j] * appetite[j] * (f(1) - f(held_back) * f(saves[j]))
        trips[j] = chance[j] > exp(-mean) if poisson else chance[j] < mean
    total = 0
    for j in range(mean_trips.size):
        if trips[j] and poisson:
            mean = np.float64(mean_trips[j]) * hurry[j] * appetite[j] * (f(1) - f(held_back) * f(saves[j]))
            mass = np.exp(-mean)
            below = mass
            n = 0
            while chance[j] > below and n < MOST_TRIPS:
                n += 1
                mass *= mean / n
                below += mass
            trips[j] = max(n, 1)
        total += trips[j]
    return total


@kernel
def _come_back(first: int, last: int, postponed: Array, trips: Array) -> int:
    """Add the purchases that were put off last week, as far as a week has room for them; return how many."""
    waiting = postponed[first:last]
    total = 0
    for j in range(waiting.size):
        back = int(min(np.uint32(waiting[j]), np.uint32(MOST_TRIPS) - np.uint32(trips[j])))
        trips[j] += back
        waiting[j] -= back
        total += back
    return total


def on_shoppers(block: Block) -> None:
    """Draw the number of needs of every shopper of the block."""
    params = block.params("need")
    assert isinstance(params, Params)
    trips = block.state.trips[block.first : block.last]
    block.tally.trips[0] += _arrive(
        block.first, block.last, block.state.rate, block.state.urgency, block.visit.appetite, block.state.saver,
        block.world.held_back[0], params.arrivals == "poisson", block.at, block.draw("need/arrivals"), *block.key,
        trips, block.visit.need_chance,
    )  # fmt: skip
    block.tally.trips[0] += _come_back(block.first, block.last, block.state.postponed, trips)


BEHAVIOUR = Behaviour(
    name="need",
    phase=Phase.NEED,
    order=10,
    does="needs arrive at each shopper's own gamma-distributed rate",
    params=Params,
    state=(
        Field("rate", ("N",), "float32", "purchases/week", "purchase rate of the category", fixed=True),
        Field("urgency", ("N",), "float32", "", "factor on the purchase rate, 1 when undisturbed", fill=1),
    ),
    visit=(
        Field("need_chance", ("V",), "float32", "", "the draw behind each shopper's number of needs"),
        Field("appetite", ("V",), "float32", "", "factor on each shopper's purchase rate", fill=1),
    ),
    tallies=(Field("trips", ("1",), "int64", "visits", "needs that arose in the week, or were put off until it"),),
    reads=("rate", "urgency", "saver", "held_back", "postponed", "appetite"),
    writes=("trips", "need_chance", "postponed"),
    setup=setup,
    on_shoppers=on_shoppers,
)
