"""A block of shoppers, and the visits that shoppers make in one round: what a behaviour gets to work on.

A worker takes its shoppers span by span. What concerns every shopper is done block by block, so that scratch columns
stay in cache; visits are gathered from the whole span, since later rounds have few, and calling a kernel has its price.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.chance import clock, purpose
from sim.market.compiled import Array, kernel
from sim.market.state import Field, Frame

if TYPE_CHECKING:
    from sim.market.dials import Params
    from sim.market.market import Market

COLUMNS = (
    Field("who", ("V",), "uint32", "shopper", "the shopper of each visit; active evaluators come first"),
    Field("utility", ("B", "V"), "float32", "utility", "sum of the terms of all search behaviours"),
    Field("choice", ("V",), "uint8", "brand", "the brand chosen"),
    Field("uplift", ("V",), "float32", "sd", "what is felt of the purchase beside the brand's moments, before usage"),
    Field("expectation", ("V",), "float32", "sd", "what is expected of the purchase beside memory and rating"),
)
"""Columns that every round has; behaviours declare their own beside them."""

MOST_VISITS = 8000
"""Visits worked on at a time: their columns stay within a core's own cache."""


class Block:
    """Scratch space of one worker, pointed at one block of shoppers after the other.

    Attributes
    ----------
    state, world, visit, tally
        Frames: of the shoppers (axes N first), of brands and retailers, of the visits at hand (axis V last),
        and of this worker's integer sums.
    first, last
        The block's shoppers are `first <= i < last`; while visits are made, those of the span.
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

    def rounds(self, first: int, last: int, *, few: int = 0) -> Iterator[int]:
        """Yield the rounds of the week in which anybody of a span shops, with some visits gathered at a time.

        Stops before a round with fewer than `few` visits and leaves it in `round`.
        """
        self.first, self.last = first, last
        most = min(self.capacity, MOST_VISITS)
        for self.round in range(256):
            start = first
            while start < last:
                begun = start > first
                count, start = _gather(self.state.trips, start, last, self.round, most, self.visit.who)
                if count < max(few, 1) and not begun:
                    return
                if count == 0:
                    break
                self._open(int(count))
                yield self.round

    def last_rounds(self, waiting: Sequence[tuple[int, NDArray[np.uint32]]]) -> Iterator[int]:
        """Yield what rounds are left to some lists of shoppers, each from a round of its own on."""
        self.first, self.last = 0, self.market.spec.shoppers
        for self.round in range(min((begin for begin, _ in waiting), default=256), 256):
            due = [who for begin, who in waiting if begin <= self.round]
            who = np.concatenate([some[self.state.trips[some] > self.round] for some in due])
            if len(who) == 0 and len(due) == len(waiting):
                return
            for at in range(0, len(who), self.capacity):
                some = who[at : at + self.capacity]
                self.visit.who[: len(some)] = some
                self._open(len(some))
                yield self.round

    def _open(self, count: int) -> None:
        self.count = self.active = self.looked = count
        self.visit.utility[:, :count] = 0.0
        self.visit.uplift[:count] = 0.0
        self.visit.expectation[:count] = 0.0

    def everybody(self) -> None:
        """Make every shopper of the block a visit, for a poll."""
        self.count = self.active = self.last - self.first
        self.visit.who[: self.count] = np.arange(self.first, self.last, dtype=np.uint32)
        self.visit.utility[:, : self.count] = 0.0


@kernel
def _gather(trips: Array, start: int, end: int, visit_round: int, most: int, who: Array) -> tuple[int, int]:
    """List up to `most` shoppers with more trips than rounds gone by; return how many, and where to go on."""
    n = 0
    i = start
    while i < end and n < most:
        who[n] = np.uint32(i)
        n += trips[i] > visit_round
        i += 1
    return n, i
