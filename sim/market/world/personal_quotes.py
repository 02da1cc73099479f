"""Quotes that are drawn for one shopper alone: the least of n independent uniforms (Stigler 1961), drawn at once."""

import numpy as np

from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.fastmath import exp, ln

f = np.float32


@kernel
def count_quotes(
    who: Array, count: int, active: int, expertise: Array, least: int, added: float, at: Word, why: Word, k0: Word,
    k1: Word, quotes: Array,
) -> int:  # fmt: skip
    """Draw how many quotes each visit looks at where quotes are personal; return their number in all."""
    total = 0
    for j in range(count):
        n = least
        if j >= active:
            n = 1
        elif added > 0:
            a, _, _, _ = philox(np.uint64(who[j]), at, np.uint64(0), why, k0, k1)
            n += int(f(added) * expertise[who[j]] + unit(a))
        quotes[j] = n
        total += n
    return total


@kernel
def _least_of(
    who: Array, count: int, quotes: Array, brand: int, at: Word, why: Word, k0: Word, k1: Word, c0: Array, c1: Array,
    c2: Array, c3: Array,
) -> None:  # fmt: skip
    """Draw for four brands where the least of n independent uniforms lies: 1 - U^(1/n)."""
    for j in range(count):
        w0, w1, w2, w3 = philox(np.uint64(who[j]), at, np.uint64(brand), why, k0, k1)
        n = f(1) / f(quotes[j])
        c0[j] = f(1) - exp(ln(unit(w0)) * n)
        c1[j] = f(1) - exp(ln(unit(w1)) * n)
        c2[j] = f(1) - exp(ln(unit(w2)) * n)
        c3[j] = f(1) - exp(ln(unit(w3)) * n)


@kernel
def least_personal(
    who: Array, count: int, quotes: Array, low: Array, span: Array, at: Word, why: Word, k0: Word, k1: Word,
    cost: Array, spare: Array,
) -> None:  # fmt: skip
    """Draw the least of n personal quotes for every brand."""
    brands = cost.shape[0]
    for b in range(0, brands, 4):
        c1 = cost[b + 1] if b + 1 < brands else spare[0]
        c2 = cost[b + 2] if b + 2 < brands else spare[1]
        c3 = cost[b + 3] if b + 3 < brands else spare[2]
        _least_of(who, count, quotes, b, at, why, k0, k1, cost[b], c1, c2, c3)
    for b in range(brands):
        row, least, width = cost[b], f(low[b]), f(span[b])
        for j in range(count):
            row[j] = least + width * row[j]
