"""The consumer panel: every purchase of a random sample of shoppers, in the format of a real household panel."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.chance import ROUNDS_A_WEEK, uniforms
from sim.market.record.recorder import Recorder

if TYPE_CHECKING:
    from sim.market.block import Block
    from sim.market.market import Market

COLUMNS = ("shopper", "day", "basket", "brand", "retailer", "units", "price", "points")


class PanelRecorder(Recorder):
    """Writes out the purchases of panelists: shopper, day, basket, brand, retailer, units, price paid, points redeemed.

    A basket is one visit; its number tells a shopper's visits apart.

    Parameters
    ----------
    size
        Panelists; everybody if there are fewer shoppers.
    start
        First week to record.
    """

    def __init__(self, size: int, start: int = 0) -> None:
        self.size = size
        self.start = start
        self.panelist: NDArray[np.bool_] | None = None
        self._parts: dict[tuple[int, int, int], tuple[NDArray[np.generic], ...]] = {}

    def open_week(self, market: "Market") -> None:
        """Choose the panelists, once: those with the smallest draws."""
        if self.panelist is None:
            lot = uniforms(market.seed, "panel/member", np.arange(market.spec.shoppers))[0]
            self.panelist = np.zeros(len(lot), bool)
            self.panelist[np.argsort(lot, kind="stable")[: self.size]] = True

    def on_visit(self, block: "Block") -> None:
        """Keep the purchases of panelists among the round's visits."""
        if block.week < self.start or self.size == 0 or block.count == 0:
            return
        assert self.panelist is not None
        visit = block.visit
        rows = np.flatnonzero(self.panelist[visit.who[: block.count]])
        who = visit.who[rows]
        u = uniforms(block.market.seed, "panel/day", who, at=block.week)[0]  # one a week: later visits on later days
        day = np.floor(7.0 * (block.round + u) / block.state.trips[who])
        self._parts[block.week, int(visit.who[0]), block.round] = (
            who.astype(np.int32), (block.week * 7 + day).astype(np.int32),
            np.full(len(rows), block.week * ROUNDS_A_WEEK + block.round, np.int32), visit.choice[rows].copy(),
            visit.retailer[rows].copy(), np.ones(len(rows), np.int32), visit.paid[rows] / 100.0,
            visit.points_redeemed[rows].copy(),
        )  # fmt: skip

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return the panel as columns, by day, then shopper; brand and retailer as row numbers."""
        parts = [self._parts[at] for at in sorted(self._parts)]
        if not parts:
            return {name: np.empty(0, np.int32) for name in COLUMNS}
        columns = {name: np.concatenate([part[c] for part in parts]) for c, name in enumerate(COLUMNS)}
        order = np.lexsort((columns["basket"], columns["shopper"], columns["day"]))
        return {name: column[order] for name, column in columns.items()}
