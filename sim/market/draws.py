"""Draws of traits when a market is built: gamma, log-gamma, beta and normal variates from counters."""

import math

import numpy as np
from numpy.typing import NDArray

from sim.market.chance import key, normals, philox, purpose
from sim.market.compiled import Array, Lane, Word, formula, kernel

MOST_TRIES = 64
TWO_32 = 2.0**-32


@formula
def _open_unit(word: Word) -> Lane:
    return (np.float64(np.uint32(word)) + 0.5) * TWO_32


@kernel
def _log_gammas(shopper: int, lane: int, shape: float, why: Word, k0: Word, k1: Word) -> Lane:
    """Return ln of one gamma variate (Marsaglia & Tsang 2000), by ln G(a) = ln G(a + 1) + ln(U)/a if a < 1."""
    boosted = shape + 1.0 if shape < 1.0 else shape
    d = boosted - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    value = 0.0
    for attempt in range(MOST_TRIES):
        w0, w1, w2, w3 = philox(np.uint64(shopper), np.uint64(attempt), np.uint64(lane), why, k0, k1)
        x = math.sqrt(-2.0 * math.log(_open_unit(w0))) * math.cos(2.0 * math.pi * _open_unit(w1))
        v = (1.0 + c * x) ** 3
        if v <= 0.0:
            continue
        if math.log(_open_unit(w2)) < 0.5 * x * x + d - d * v + d * math.log(v):
            value = math.log(d * v)
            if shape < 1.0:
                value += math.log(_open_unit(w3)) / shape
            break
    return value


@kernel
def _fill_log_gammas(out: Array, shapes: Array, why: Word, k0: Word, k1: Word) -> None:
    for i in range(out.shape[0]):
        for b in range(out.shape[1]):
            out[i, b] = _log_gammas(i, b, shapes[b], why, k0, k1)


def log_gammas(seed: int, name: str, count: int, shapes: NDArray[np.float64], out: NDArray[np.floating]) -> None:
    """Fill `out` (count, B) with ln of gamma variates of the given shapes (B,), scale 1; small shapes are safe."""
    assert out.shape == (count, len(shapes))
    _fill_log_gammas(out, np.asarray(shapes, np.float64), purpose(name), *key(seed))


def gammas(seed: int, name: str, count: int, shape: float) -> NDArray[np.float64]:
    """Draw gamma variates of one shape, scale 1. Shape (count,)."""
    out = np.empty((count, 1))
    log_gammas(seed, name, count, np.array([shape]), out)
    return np.exp(out[:, 0])


def betas(seed: int, name: str, count: int, mean: float, spread: float) -> NDArray[np.float64]:
    """Draw beta variates by mean and standard deviation; no spread gives the mean. Shape (count,).

    A spread beyond what a beta distribution of that mean can have is cut to the two ends, 0 and 1.
    """
    room = mean * (1.0 - mean)
    if spread == 0.0 or room == 0.0:
        return np.full(count, mean)
    total = max(room / spread**2 - 1.0, 1e-3)
    out = np.empty((count, 2))
    log_gammas(seed, name, count, np.array([mean * total, (1.0 - mean) * total]), out)
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(np.clip(out[:, 1] - out[:, 0], -700, 700)))
    return result


def lognormals(seed: int, name: str, count: int, mean: float, spread: float) -> NDArray[np.float64]:
    """Draw lognormal variates by their mean and the standard deviation of their logarithm. Shape (count,)."""
    z = normals(seed, name, np.arange(count))
    result: NDArray[np.float64] = mean * np.exp(spread * z - spread**2 / 2.0)
    return result
