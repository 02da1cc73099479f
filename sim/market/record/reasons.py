"""Why preference moved: at one poll, the part of each behaviour in the difference to another market, and who switched.

The other market is kept as it was at that week, so that both can be asked term by term, a chunk of shoppers at a time;
see `sim.market.record.terms` for the terms and `sim.market.record.shapley` for how a change is shared out among them.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import ContractError
from sim.market.record.recorder import Recorder
from sim.market.record.shapley import UNIT, attribute, orders, weights
from sim.market.record.terms import Terms

if TYPE_CHECKING:
    from sim.market.market import Market


def last_poll(weeks: int, every: int) -> int | None:
    """Return the last week before week `weeks` after which preference is polled; None if there is none."""
    last = weeks // every * every - 1 if every else -1
    return last if last >= 0 else None


class Reasons(Recorder):
    """Compares a market with another at a poll; without another it keeps the market as it is then, to compare with.

    It must come after the recorder that polls, since it goes by what shoppers answered there.

    Parameters
    ----------
    week
        After which week to look; never if None.
    other
        The market to compare with, as it was after that week.

    Attributes
    ----------
    kept
        The market as it was, if it had no other to be compared with.
    names
        The search behaviours, in the order of the plan.
    parts
        Each behaviour's part in the change of the shoppers who prefer each brand, the last place for none, in 1/10! of
        a shopper: they sum over behaviours to the change exactly. Shape (T, B + 1).
    switches
        Shoppers by the brand they prefer in the other market (rows) and in this one. Shape (B + 1, B + 1).
    known
        Shoppers who know each brand. Shape (B,).
    """

    def __init__(self, week: int | None, other: "Market | None" = None) -> None:
        self.week = week
        self.other = other
        self.kept: Market | None = None
        self.names: tuple[str, ...] = ()
        self.parts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self.switches: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self.known: NDArray[np.int64] = np.zeros(0, np.int64)

    def close_week(self, market: "Market") -> None:
        """Look once, after the poll of the week."""
        if market.week != self.week:
            return
        if self.other is None:
            self.kept = market.fork(market.timeline, run_off_from=market.run_off_from)
        self._compare(self.other or market, market)
        self.other = None

    def _compare(self, one: "Market", other: "Market") -> None:
        """Ask both markets, chunk by chunk; a market by itself only who knows which brand."""
        before, after = Terms(one), Terms(other)  # both small: of one chunk
        brands = len(one.shares)
        self.names = after.names
        self.parts = np.zeros((len(after.names), brands + 1), np.int64)
        self.switches = np.zeros((brands + 1, brands + 1), np.int64)
        self.known = np.zeros(brands, np.int64)
        weight, drawn = weights(), orders(other.seed, len(after.names))
        for first in range(0, other.spec.shoppers, other.poll_block.capacity):
            count = after.ask(other, first)
            start, end = (market.state.preferred[first : first + count] for market in (one, other))
            pairs = start.astype(np.int64) % (brands + 1) * (brands + 1) + end.astype(np.int64) % (brands + 1)
            self.switches += np.bincount(pairs, minlength=(brands + 1) ** 2).reshape(self.switches.shape)
            known = np.bitwise_or.reduce(after.mind[:, :count], axis=0)
            for b in range(brands):
                self.known[b] += int((known >> np.uint32(b) & np.uint32(1)).sum()) if after.known_only else count
            if one is other:
                continue
            before.ask(one, first)
            attribute(
                first, count, before.utility, after.utility, before.mind, after.mind, after.known_only, start, end,
                weight, drawn, self.parts,
            )  # fmt: skip
        if (self.parts.sum(axis=0) != UNIT * (self.switches.sum(axis=0) - self.switches.sum(axis=1))).any():
            raise ContractError(
                f"what {', '.join(self.names)} add to the utility does not account for who prefers what: in SEARCH a "
                "behaviour must add its term, whatever the utility is so far"
            )
