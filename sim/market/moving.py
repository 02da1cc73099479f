"""How the shoppers live through a week: side by side in threads, each worker with its own shoppers and scratch space.

Kernels release the interpreter's lock, but a round with a handful of visits is all calling and no computing; two
threads that do that at once wait for the lock most of the time. So each worker leaves the last, small rounds of its
last span to be made by one thread alone.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market.week import Behaviour, Phase

if TYPE_CHECKING:
    from sim.market.block import Block
    from sim.market.market import Market

SPAN = 16
"""Blocks of which visits are gathered together."""

FEW = 500
"""Visits of a round from which it is worth its while to make them in a thread of their own."""

BEFORE, AFTER = (Phase.WORLD, Phase.NEED), tuple(phase for phase in Phase if phase > Phase.NEED)


def move(market: "Market", workers: Sequence["Block"]) -> None:
    """Let every shopper of a market live through the week."""
    size, shoppers = market.block_size, market.spec.shoppers
    blocks = -(-shoppers // size)
    if len(workers) == 1 or blocks == 1:
        _work(workers[0], 0, shoppers, 0)
        _finish(workers[0], 0, shoppers)
        return
    ends = [min(blocks * w // len(workers) * size, shoppers) for w in range(len(workers) + 1)]
    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(_work, workers, ends[:-1], ends[1:], [FEW] * len(workers)))
        _make_visits(workers[0], workers[0].last_rounds([_waiting(worker) for worker in workers]))
        list(pool.map(_finish, workers, ends[:-1], ends[1:]))


def _work(block: "Block", first: int, last: int, few: int) -> None:
    """Let some shoppers live through the week, but for what comes after the visits of the last span."""
    length = SPAN * block.market.block_size
    for base in range(first, last, length):
        end = min(base + length, last)
        _let_shoppers(block, BEFORE, base, end)
        _make_visits(block, block.rounds(base, end, few=few if end == last else 0))
        if end < last:
            _let_shoppers(block, AFTER, base, end)


def _make_visits(block: "Block", rounds: Iterator[int]) -> None:
    visits, recorders = block.market.plan.having("on_visit"), block.market.recorders
    for _ in rounds:
        for behaviour in visits:
            assert behaviour.on_visit is not None
            behaviour.on_visit(block)
        for recorder in recorders:
            recorder.on_visit(block)


def _waiting(block: "Block") -> tuple[int, NDArray[np.uint32]]:
    """Return the round at which a worker stopped, and the shoppers of its last span who shop in it."""
    trips = block.state.trips[block.first : block.last]
    return block.round, (np.flatnonzero(trips > block.round) + block.first).astype(np.uint32)


def _finish(block: "Block", first: int, last: int) -> None:
    """Do what comes after the visits, for the last span of a worker's shoppers."""
    length = SPAN * block.market.block_size
    _let_shoppers(block, AFTER, first + max(last - first - 1, 0) // length * length, last)


def _let_shoppers(block: "Block", phases: Sequence[Phase], base: int, end: int) -> None:
    """Let behaviours work on every shopper of a span, block by block."""
    behaviours: Sequence[Behaviour] = block.market.plan.having("on_shoppers", phases)
    size = block.market.block_size
    for first in range(base, end, size) if behaviours else ():
        block.enter(first, min(first + size, end))
        for behaviour in behaviours:
            assert behaviour.on_shoppers is not None
            behaviour.on_shoppers(block)
