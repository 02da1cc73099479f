"""A block of shoppers and the visits they make in one round: what a behaviour gets to work on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sim.market.chance import clock, purpose
from sim.market.compiled import Array, kernel
from sim.market.state import Field, Frame

if TYPE_CHECKING:
    from sim.market.dials import Params
    from sim.market.market import Market

COLUMNS = (
    Field("who", ("V",), "uint32", "shopper", "the shopper of each visit; active evaluators come first"),
    Field("trips", ("V",), "uint8", "visits", "visits of each shopper of the block in this week"),
    Field("utility", ("B", "V"), "float32", "utility", "sum of the terms of all search behaviours"),
    Field("choice", ("V",), "uint8", "brand", "the brand chosen"),
    Field("uplift", ("V",), "float32", "sd", "what is felt of the purchase beside the brand's moments, before usage"),
    Field("expectation", ("V",), "float32", "sd", "what is expected of the purchase beside memory and rating"),
)
"""Columns that every round has; behaviours declare their own beside them."""


class Block:
    """Scratch space of one worker, pointed at one block of shoppers after the other.

    Attributes
    ----------
    state, world, visit, tally
        Frames: of the shoppers (axes N first), of brands and retailers, of the visits at hand (axis V last),
        and of this worker's integer sums.
    first, last
        The block's shoppers are `first <= i < last`.
    count, active
        Visits of this round; the first `active` of them evaluate, the rest buy by habit. Once sales are won or lost,
        `count` visits are left, those that ended in a sale, and columns written before no longer stand beside them.
    looked
        Visits of this round before any sale was lost.
    round
        0 for the first visit of a shopper in the week, 1 for the second, ...
    expected
        True while preferences are polled: terms are to be taken at list price and expected evidence.
    """

    def __init__(self, market: "Market", columns: tuple[Field, ...], tallies: tuple[Field, ...], capacity: int) -> None:
        self.market = market
        self.state = market.state
        self.world = market.world
        self.visit = Frame((*COLUMNS, *columns), {**market.sizes, "V": capacity})
        self.tally = Frame(tallies, market.sizes)
        self.capacity = capacity
        self.first = self.last = self.count = self.active = self.looked = self.round = 0
        self.expected = False

    @property
    def week(self) -> int:
        """The week at hand; negative during the burn-in."""
        return self.market.week

    @property
    def at(self) -> np.uint64:
        """Clock of the draws of this round."""
        return clock(self.market.week, self.round)

    @property
    def key(self) -> tuple[np.uint64, np.uint64]:
        """Key of all draws of this market."""
        return self.market.key

    def draw(self, name: str) -> np.uint64:
        """Return the purpose number of one kind of draw, named `behaviour/what`."""
        return self.market.purposes.setdefault(name, purpose(name))

    def params(self, name: str) -> "Params":
        """Return the parameters of a behaviour as they stand this week."""
        return self.market.params[name]

    def enter(self, first: int, last: int) -> None:
        """Point the scratch space at the shoppers `first <= i < last`."""
        self.first, self.last, self.round = first, last, 0

    def rounds(self) -> Iterator[int]:
        """Yield the rounds of the week in which anybody of this block shops, with the visits gathered."""
        for self.round in range(256):
            self.count = int(_gather(self.visit.trips, self.first, self.last - self.first, self.round, self.visit.who))
            if self.count == 0:
                return
            self.active = self.looked = self.count
            self.visit.utility[:, : self.count] = 0.0
            self.visit.uplift[: self.count] = 0.0
            self.visit.expectation[: self.count] = 0.0
            yield self.round

    def everybody(self) -> None:
        """Make every shopper of the block a visit, for a poll."""
        self.count = self.active = self.last - self.first
        self.visit.who[: self.count] = np.arange(self.first, self.last, dtype=np.uint32)
        self.visit.utility[:, : self.count] = 0.0


@kernel
def _gather(trips: Array, first: int, size: int, visit_round: int, who: Array) -> int:
    """List the shoppers with more trips than rounds gone by."""
    n = 0
    for j in range(size):
        who[n] = np.uint32(first + j)
        n += trips[j] > visit_round
    return n
