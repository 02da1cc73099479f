"""Compiled loops that lay the ties of a social network.

Links of symmetric networks are kept once, as the shoppers `ahead` that each shopper is linked to: those of shopper i
are links i x ties // 2 up to (i + 1) x ties // 2, which is `ties` / 2 each, or one more for odd i if `ties` is odd.
So link e is laid by shopper (2e + 1) // ties.
"""

import numpy as np

from sim.market.chance import philox
from sim.market.compiled import Array, Word, formula, kernel

MOST_TRIES = 64
"""Proposals for one link of a small world; half of the market taken, all fail once in 2^64 links."""

Number = int | np.int64
HALF_WORD = np.uint64(32)
SHORT = 64
"""Rows up to this length are sorted by insertion, the fastest way for a handful of ties."""


@formula
def _draw(below: int, who: int, index: int, why: Word, k0: Word, k1: Word) -> tuple[np.int64, Word]:
    """Return a uniform integer in [0, below), `below` < 2^32, from 64 random bits, and another random word."""
    n = np.uint64(below)
    high, low, coin, _ = philox(np.uint64(who), np.uint64(0), np.uint64(index), why, k0, k1)
    return np.int64((high * n + ((low * n) >> HALF_WORD)) >> HALF_WORD), coin


@kernel
def _holds(row: Array, begin: Number, end: Number, sought: Number) -> bool:
    """Say whether `row[begin:end]` holds a value; rows are short and in no order."""
    for e in range(begin, end):  # noqa: SIM110 - compiled
        if row[e] == sought:
            return True
    return False


@kernel
def lay_ring(ahead: Array, around: int, ties: int) -> None:
    """Link each of the first `around` shoppers, a ring, to those next ahead."""
    for i in range(around):
        begin = i * ties >> 1
        for e in range(begin, (i + 1) * ties >> 1):
            ahead[e] = (i + 1 + e - begin) % around


@kernel
def rewire(ahead: Array, shoppers: int, ties: int, threshold: Word, why: Word, k0: Word, k1: Word) -> None:
    """Move the far end of each link, if its coin falls below the threshold, to a shopper not yet linked."""
    for i in range(shoppers):
        begin, end = i * ties >> 1, (i + 1) * ties >> 1
        for e in range(begin, end):
            for attempt in range(MOST_TRIES):
                other, coin = _draw(shoppers - 1, i, (e - begin) * MOST_TRIES + attempt, why, k0, k1)
                if attempt == 0 and coin >= threshold:
                    break
                other += other >= i
                is_taken = _holds(ahead, begin, end, other)
                if not (is_taken or _holds(ahead, other * ties >> 1, (other + 1) * ties >> 1, i)):
                    ahead[e] = other
                    break


@kernel
def attach(ahead: Array, shoppers: int, ties: int, why: Word, k0: Word, k1: Word) -> None:
    """Link each newcomer after the first `ties` + 2 shoppers to the uniform end of a uniform earlier link.

    Proposals end: those already chosen hold less than half of all ends of links.
    """
    for i in range(ties + 2, shoppers):
        begin, end = i * ties >> 1, (i + 1) * ties >> 1
        e = begin
        attempt = 0
        while e < end:
            half, _ = _draw(2 * begin, i, attempt, why, k0, k1)
            attempt += 1
            link = half >> 1
            other = ahead[link] if half & 1 else (2 * link + 1) // ties
            if not _holds(ahead, begin, e, other):
                ahead[e] = other
                e += 1


@kernel
def tie_both_ways(ahead: Array, ties: int, start: Array, to: Array) -> None:
    """Turn each link into a tie both ways; `start` is all zeros before."""
    for e in range(ahead.size):
        start[(2 * e + 1) // ties] += 1
        start[ahead[e]] += 1
    for i in range(1, start.size):
        start[i] += start[i - 1]
    for e in range(ahead.size - 1, -1, -1):  # each row fills from its end, so that `start` ends at its beginning
        i, j = (2 * e + 1) // ties, ahead[e]
        start[i] -= 1
        to[start[i]] = j
        start[j] -= 1
        to[start[j]] = i


@kernel
def _sample(to: Array, begin: int, end: int, among: int, who: int, index: int, why: Word, k0: Word, k1: Word) -> None:
    """Fill `to[begin:end]` with distinct numbers below `among`, every set equally likely (Bentley & Floyd 1987)."""
    for e in range(begin, end):
        last = among - end + e
        number, _ = _draw(last + 1, who, index + e - begin, why, k0, k1)
        to[e] = last if _holds(to, begin, e, number) else number


@kernel
def choose(to: Array, shoppers: int, ties: int, segments: int, threshold: Word, why: Word, k0: Word, k1: Word) -> None:
    """Choose the ties of each shopper: within its segment (numbers equal modulo `segments`), the others outside."""
    for i in range(shoppers):
        own, place = i % segments, i // segments
        peers = (shoppers - own + segments - 1) // segments - 1
        strangers = shoppers - 1 - peers
        within = 0
        for tie in range(ties):
            _, coin = _draw(1, i, tie, why, k0, k1)
            if coin < threshold:
                within += 1
        within = min(max(within, ties - strangers), peers)

        begin, middle, end = i * ties, i * ties + within, (i + 1) * ties
        _sample(to, begin, middle, peers, i, 0, why, k0, k1)
        _sample(to, middle, end, strangers, i, within, why, k0, k1)
        for e in range(begin, middle):
            to[e] = own + segments * (to[e] + (to[e] >= place))
        for e in range(middle, end):
            deal, turn = to[e] // (segments - 1), to[e] % (segments - 1)
            to[e] = deal * segments + turn + (turn >= own)


@kernel
def sort_rows(start: Array, to: Array) -> None:
    """Sort the ties of each shopper by number."""
    for i in range(start.size - 1):
        if start[i + 1] - start[i] > SHORT:
            to[start[i] : start[i + 1]].sort()
            continue
        for e in range(start[i] + 1, start[i + 1]):
            moved, hole = to[e], e
            while hole > start[i] and to[hole - 1] > moved:
                to[hole] = to[hole - 1]
                hole -= 1
            to[hole] = moved
