"""Counter-based chance: every draw is a pure function of (seed, purpose, week, shopper, index), without state.

Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), the generator of
the Random123 library. Two arms of a what-if that ask the same question get the same answer, whatever else is
switched on, and whichever thread asks. A counter holds (shopper, clock, index, purpose), a key holds the seed.
The clock is week x 256 + round, so that the second visit of a week has draws of its own.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

from sim.market.compiled import Array, Word, formula, kernel

MULTIPLY_0 = np.uint64(0xD2511F53)
MULTIPLY_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)
LOW = np.uint64(0xFFFFFFFF)
HIGH = np.uint64(32)

ROUNDS_A_WEEK = 256
"""Visits that one shopper can make in a week, less one."""

NINE = np.uint32(9)
STEP = np.float32(2.0**-23)
HALF_STEP = np.float32(2.0**-24)


@formula
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return four random 32-bit words, each in a uint64 lane, for a counter and a key.

    The words are copied to begin with, because a loop that changes its own arguments does not vectorise.
    """
    x0, x1, x2, x3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    key0, key1 = np.uint64(k0), np.uint64(k1)
    for _ in range(10):
        p0 = x0 * MULTIPLY_0
        p1 = x2 * MULTIPLY_1
        x0 = (p1 >> HIGH) ^ x1 ^ key0
        x2 = (p0 >> HIGH) ^ x3 ^ key1
        x1 = p1 & LOW
        x3 = p0 & LOW
        key0 = (key0 + WEYL_0) & LOW
        key1 = (key1 + WEYL_1) & LOW
    return x0, x1, x2, x3


@formula
def unit(word: np.uint64) -> np.float32:
    """Return a float32 strictly between 0 and 1 from the top 23 bits of a random word; more bits would round to 1."""
    return np.float32(np.int32(np.uint32(word) >> NINE)) * STEP + HALF_STEP


def purpose(name: str) -> np.uint64:
    """Return the number by which draws for one purpose differ from all others, from its name alone."""
    return np.uint64(zlib.crc32(name.encode()))


def key(seed: int) -> tuple[np.uint64, np.uint64]:
    """Split a seed of up to 64 bits into the two words of a key."""
    return np.uint64(seed & 0xFFFFFFFF), np.uint64((seed >> 32) & 0xFFFFFFFF)


def clock(week: int, visit_round: int = 0) -> np.uint64:
    """Return the counter word of a week and of the visit round in it; weeks before the start are negative."""
    return np.uint64((week * ROUNDS_A_WEEK + visit_round) & 0xFFFFFFFF)


def derive(seed: int, name: str, number: int = 0) -> int:
    """Return a new 64-bit seed from a seed, a purpose and a number, e.g. of a replicate."""
    k0, k1 = key(seed)
    plain = philox.py_func  # type: ignore[attr-defined]
    a, b, _, _ = plain(np.uint64(number), np.uint64(0), np.uint64(0), purpose(f"derive/{name}"), k0, k1)
    return (int(b) << 32 | int(a)) >> 1  # fits into a signed 64-bit integer, as files hold it


@kernel
def _words(who: Array, at: Word, index: int, why: Word, k0: Word, k1: Word, out: Array) -> None:
    for j in range(who.size):
        a, b, c, d = philox(np.uint64(who[j]), at, np.uint64(index), why, k0, k1)
        out[0, j] = a
        out[1, j] = b
        out[2, j] = c
        out[3, j] = d


def words(seed: int, name: str, who: NDArray[np.integer], *, at: int = 0, index: int = 0) -> NDArray[np.uint32]:
    """Draw four 32-bit words for each of `who`; for what is not inside a kernel. Shape (4, len(who))."""
    k0, k1 = key(seed)
    out = np.empty((4, len(who)), np.uint32)
    _words(np.ascontiguousarray(who, np.uint32), clock(at), index, purpose(name), k0, k1, out)
    return out


def uniforms(seed: int, name: str, who: NDArray[np.integer], *, at: int = 0, index: int = 0) -> NDArray[np.float64]:
    """Draw two uniforms in (0, 1) of 52 bits for each of `who`; more would round to 1. Shape (2, len(who))."""
    w = words(seed, name, who, at=at, index=index).astype(np.uint64)
    bits = (w[0::2] << np.uint64(20)) ^ (w[1::2] >> np.uint64(12))
    return (bits.astype(np.float64) + 0.5) * 2.0**-52


def normals(seed: int, name: str, who: NDArray[np.integer], *, at: int = 0, index: int = 0) -> NDArray[np.float64]:
    """Draw one standard normal for each of `who` by Box and Muller's method. Shape (len(who),)."""
    first, second = uniforms(seed, name, who, at=at, index=index)
    return np.sqrt(-2.0 * np.log(first)) * np.cos(2.0 * np.pi * second)
