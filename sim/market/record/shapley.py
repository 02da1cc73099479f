"""Sharing out a change of preference among the terms of the utility, shopper by shopper: Shapley (1953) values.

The terms of a shopper are switched from those of one market to those of the other, one by one, and its first choice is
made anew after each switch: what the choice changes by belongs to the term just switched. A choice is not linear, so
the order matters, and the parts are means over all orders of the terms that differ. Up to ten such terms all orders are
worked out, over the 2^k sets of switched terms; beyond, 32 orders drawn at random stand for them, with their reverses.

Parts are integers, in 1/10! of a shopper, and telescope: they sum to the change exactly.
"""

from math import factorial

import numpy as np
from numpy.typing import NDArray

from sim.market.chance import uniforms
from sim.market.compiled import Array, Lane, kernel

MOST_EXACT = 10
"""Terms that differ up to which all orders are worked out."""

ORDERS = 64
"""Orders taken beyond that: half of them drawn, the others their reverses."""

UNIT = factorial(MOST_EXACT)
"""Parts that a shopper is divided into: any exact weight is a whole number of them, and so is 1/ORDERS."""

METHOD = (
    f"Shapley values: each shopper's terms switched one by one, mean over all orders (beyond {MOST_EXACT} terms that "
    f"differ over {ORDERS} orders: {ORDERS // 2} drawn, and their reverses)"
)
"""How a change is shared out, in words for those who read the numbers."""

_DRAWN = 1024  # orders in store; each shopper takes the next few, so that errors of drawing average out over shoppers


def weights() -> NDArray[np.int64]:
    """Return the weight of a switch among k terms after s others, in units: s! (k-s-1)!/k!. Shape (k + 1, k)."""
    table = np.zeros((MOST_EXACT + 1, MOST_EXACT), np.int64)
    for k in range(1, MOST_EXACT + 1):
        for s in range(k):
            table[k, s] = UNIT // factorial(k) * factorial(s) * factorial(k - s - 1)
    return table


def orders(seed: int, terms: int) -> NDArray[np.int64]:
    """Draw orders of so many terms. Shape (1024, T)."""
    if terms == 0:
        return np.zeros((_DRAWN, 0), np.int64)
    lots = np.stack([uniforms(seed, "reasons/order", np.arange(_DRAWN), index=t)[0] for t in range(terms)], axis=1)
    drawn: NDArray[np.int64] = np.argsort(lots, axis=1, kind="stable")
    return drawn


@kernel
def _first_choice(utility: Array, known: Lane) -> int:
    """Return the known brand of the highest utility, of equals the first; -1 if none is known."""
    best = -1
    top = -np.inf
    for b in range(utility.size):
        if (known >> np.uint32(b)) & np.uint32(1) != 0 and utility[b] > top:
            top = utility[b]
            best = b
    return best


@kernel
def _look(j: int, one: Array, other: Array, knows_one: Array, knows_other: Array, seen: Array, knows: Array,
          which: Array, sums: Array, bits: Array) -> int:  # fmt: skip
    """Copy a shopper's terms, list those that differ, add up the rest in the first row; return how many differ."""
    terms, brands = one.shape[0], one.shape[1]
    many = 0
    for b in range(brands):
        sums[0, b] = 0.0
    for t in range(terms):
        differs = knows_one[t, j] != knows_other[t, j]
        for b in range(brands):
            seen[0, t, b] = one[t, b, j]
            seen[1, t, b] = other[t, b, j]
            differs |= one[t, b, j] != other[t, b, j]
        knows[0, t] = knows_one[t, j]
        knows[1, t] = knows_other[t, j]
        if differs:
            which[many] = t
            many += 1
            continue
        bits[0] |= knows_one[t, j]
        for b in range(brands):
            sums[0, b] += seen[0, t, b]
    return many


@kernel
def _is_firm(many: int, seen: Array, knows: Array, which: Array, sums: Array, choice: int) -> bool:
    """Say whether the choice is the best whichever terms are switched: its least is more than any other's most."""
    if choice < 0:
        return False
    least = 0.0
    for p in range(many):
        t = which[p]
        if knows[0, t] != knows[1, t]:
            return False
        least += min(seen[0, t, choice], seen[1, t, choice])
    least += sums[0, choice]
    for b in range(sums.shape[1]):
        most = sums[0, b]
        for p in range(many):
            most += max(seen[0, which[p], b], seen[1, which[p], b])
        if b != choice and most >= least:
            return False
    return True


@kernel
def _share_out(
    many: int, start: int, end: int, seen: Array, knows: Array, which: Array, weight: Array, sums: Array, bits: Array,
    answer: Array, parts: Array,
) -> None:  # fmt: skip
    """Add a shopper's exact parts, over all sets of switched terms; the first term is the highest bit of a set."""
    brands = sums.shape[1]
    full, moves = (1 << many) - 1, False
    for s in range(full + 1):
        level = 0
        while s > 0 and (s ^ (s - 1)) >> (many - 1 - level) == 0:
            level += 1  # sums up to here stand from the set before
        for p in range(level, many):
            t, side = which[p], (s >> (many - 1 - p)) & 1
            bits[p + 1] = bits[p] | knows[side, t]
            for b in range(brands):
                sums[p + 1, b] = sums[p, b] + seen[side, t, b]
        answer[s] = _first_choice(sums[many], bits[many])
        moves |= answer[s] != start
    answer[0], answer[full] = start, end  # as polled, where rounding might tell ties apart
    for s in range(full if moves or end != start else 0):
        size = 0
        rest = s
        while rest:
            rest &= rest - 1
            size += 1
        for p in range(many):
            after = s | (1 << (many - 1 - p))
            if after != s and answer[after] != answer[s]:
                parts[which[p], answer[after] % (brands + 1)] += weight[many, size]
                parts[which[p], answer[s] % (brands + 1)] -= weight[many, size]


@kernel
def _walk(
    many: int, start: int, end: int, seen: Array, knows: Array, order: Array, backwards: bool, sums: Array,
    bits: Array, differs: Array, side: Array, parts: Array,
) -> None:  # fmt: skip
    """Switch a shopper's terms in one order and add what each switch changes."""
    terms, brands = order.size, sums.shape[1]
    side[:] = 0
    before, done = start, 0
    for at in range(terms):
        switched = order[terms - 1 - at] if backwards else order[at]
        if not differs[switched]:
            continue
        side[switched] = 1
        done += 1
        sums[1], bits[1] = sums[0], bits[0]
        for t in range(terms):
            if differs[t]:
                bits[1] |= knows[side[t], t]
                for b in range(brands):
                    sums[1, b] += seen[side[t], t, b]
        after = end if done == many else _first_choice(sums[1], bits[1])
        parts[switched, after % (brands + 1)] += UNIT // ORDERS
        parts[switched, before % (brands + 1)] -= UNIT // ORDERS
        before = after


@kernel
def attribute(
    first: int, count: int, one: Array, other: Array, knows_one: Array, knows_other: Array, known_only: bool,
    start: Array, end: Array, weight: Array, drawn: Array, parts: Array,
) -> None:  # fmt: skip
    """Add to `parts` (T, B + 1) why so many shoppers answer `end` in the other market and `start` in the one.

    Terms have shapes (T, B, V) and (T, V), answers (V,); the last place of `parts` is for no brand. Shoppers whose
    terms are the same, or whose choice no switch can move, add nothing.
    """
    terms, brands = one.shape[0], one.shape[1]
    seen = np.empty((2, terms, brands), np.float64)
    knows = np.empty((2, terms), np.uint32)
    which = np.empty(terms, np.int64)
    sums = np.empty((terms + 1, brands), np.float64)
    bits = np.empty(terms + 1, np.uint32)
    answer = np.empty(1 << MOST_EXACT, np.int8)
    differs, side = np.empty(terms, np.bool_), np.empty(terms, np.int64)
    for j in range(count):
        bits[0] = np.uint32(0) if known_only else np.uint32(0xFFFFFFFF)
        many = _look(j, one, other, knows_one, knows_other, seen, knows, which, sums, bits)
        if many == 0 or (start[j] == end[j] and _is_firm(many, seen, knows, which, sums, start[j])):
            continue
        if many <= MOST_EXACT:
            _share_out(many, start[j], end[j], seen, knows, which, weight, sums, bits, answer, parts)
            continue
        differs[:] = False
        for p in range(many):
            differs[which[p]] = True
        for o in range(ORDERS // 2):
            order = drawn[((first + j) * (ORDERS // 2) + o) % drawn.shape[0]]
            for backwards in (False, True):
                _walk(many, start[j], end[j], seen, knows, order, backwards, sums, bits, differs, side, parts)
