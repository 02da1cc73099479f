"""Gathering: copying what belongs to the shoppers of a round into columns, so that arithmetic runs on plain rows.

A loop that looks up and computes at once cannot be vectorised; one that looks up, followed by one that computes, can.
"""

from sim.market.compiled import Array, kernel


@kernel
def pick(source: Array, who: Array, count: int, out: Array) -> None:
    """Copy one number a shopper: `out[j] = source[who[j]]`. Shapes (N,), (V,), (V,)."""
    for j in range(count):
        out[j] = source[who[j]]


@kernel
def pick_rows(source: Array, who: Array, count: int, out: Array) -> None:
    """Copy one row a shopper: `out[b, j] = source[who[j], b]`. Shapes (N, B), (V,), (B, V)."""
    for j in range(count):
        i = who[j]
        for b in range(out.shape[0]):
            out[b, j] = source[i, b]
