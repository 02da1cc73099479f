"""Who knows which brand, a bit for each: everybody knows every brand but those that a scenario says are new.

Awareness spreads by a discrete form of Bass's (1969) model: a shopper who does not know a brand hears of it in a week
with chance p, from adverts, plus q times the share of its ties who know it. With complete mixing, and nobody buying or
forgetting, the share F who know it follows F(t+1) = F + (p + q F)(1 - F).
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.market import chance
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.state import NEVER, Field

if TYPE_CHECKING:
    from sim.market.market import Market

f = np.float32
ALL = 2**32 - 1  # every brand's bit
FAR = 1e9
"""Utility by which a brand that cannot be chosen lies below the rest; finite, so that sums stay numbers."""

STATE = Field("aware", ("N",), "uint32", "bits", "which brands the shopper knows, a bit each", fill=ALL)
SPREADS = Field("spreads", ("B",), "bool", "yes/no", "whether the brand is new, so that not everybody knows it")
FIELDS = (
    SPREADS,
    Field("unaware", ("B",), "int64", "shoppers", "shoppers who do not know the brand"),
    Field("on_sale", ("1",), "uint32", "bits", "which brands can be bought, a bit each", fill=ALL),
)


def start_awareness(market: "Market") -> None:
    """Draw who knows each new brand, and take it out of the past of those who could not have bought it."""
    state, world = market.state, market.world
    shoppers = np.arange(market.spec.shoppers)
    for k, brand in enumerate(market.brand_specs):
        later = brand.launch_week is not None
        known = brand.awareness if brand.awareness is not None else 0.0 if later else 1.0
        world.spreads[k] = later or known < 1.0
        if not world.spreads[k]:
            continue
        knows = chance.uniforms(market.seed, "advertising/start", shoppers, index=k)[0] < known
        state.aware[~knows] &= np.uint32(ALL ^ 1 << k)
        world.unaware[k] = np.count_nonzero(~knows)
        _take_out_of_the_past(market, k, np.ones_like(knows) if later else ~knows)


def _take_out_of_the_past(market: "Market", brand: int, who: NDArray[np.bool_]) -> None:
    """Let some shoppers never have bought a brand; whoever bought it last bought the one before it last."""
    state = market.state
    state.memory[who, brand] = 0.0
    state.bought_week[who, brand] = NEVER
    lost = np.flatnonzero(who & (state.last_brand == brand))
    weeks = state.bought_week[lost]
    state.last_brand[lost] = np.where(weeks.max(axis=1, initial=NEVER) == NEVER, -1, weeks.argmax(axis=1))


def open_sale(market: "Market") -> None:
    """Note which brands can be bought this week."""
    launches = [brand.launch_week for brand in market.brand_specs]
    waiting = sum(1 << k for k, week in enumerate(launches) if week is not None and market.week < week)
    market.world.on_sale[0] = ALL ^ waiting


def spread(market: "Market", adverts: NDArray[np.float64], talk: float, forgetting: float) -> None:
    """Let shoppers hear of new brands by adverts, a chance for each brand (B,), by talk, or by buying; and forget."""
    state, world, ties = market.state, market.world, market.ties
    before = state.aware.copy()  # so that the order of shoppers does not matter
    for brand in np.flatnonzero(world.spreads):
        if not (int(world.on_sale[0]) >> int(brand)) & 1:
            continue
        mixed = market.spec.network.kind == "complete_mixing"
        share = 1.0 - float(world.unaware[brand]) / market.spec.shoppers if mixed else 0.0
        world.unaware[brand] = _hear(
            state.aware, before, state.bought_week, int(brand), market.week, adverts[brand] + talk * share,
            0.0 if mixed else talk, forgetting, ties.start, ties.to, chance.clock(market.week),
            market.draw("advertising/hear"), *market.key,
        )  # fmt: skip


@kernel
def _hear(
    aware: Array, before: Array, bought_week: Array, brand: int, week: int, anywhere: float, from_ties: float,
    forgetting: float, start: Array, ties: Array, at: Word, why: Word, k0: Word, k1: Word,
) -> int:  # fmt: skip
    """Let one brand become known and forgotten; return how many do not know it."""
    shift = np.uint32(brand)
    bit = np.uint32(1) << shift
    unaware = 0
    for i in range(aware.size):
        if bought_week[i, brand] == week:
            aware[i] |= bit
            continue
        a, b, _, _ = philox(np.uint64(i), at, np.uint64(brand), why, k0, k1)
        if before[i] & bit:
            if unit(b) < f(forgetting):
                aware[i] ^= bit
                unaware += 1
            continue
        likely = anywhere
        known = 0
        for t in range(start[i], start[i + 1]) if from_ties > 0.0 else range(0):
            known += int((before[ties[t]] >> shift) & np.uint32(1))
        if known > 0:
            likely += from_ties * known / (start[i + 1] - start[i])
        if np.float64(unit(a)) < likely:
            aware[i] |= bit
        else:
            unaware += 1
    return unaware


@kernel
def hide(
    who: Array, count: int, aware: Array, on_sale: int, expertise: Array, found: float, at: Word, why: Word, k0: Word,
    k1: Word, mind: Array, utility: Array,
) -> None:  # fmt: skip
    """Put brands out of reach that a shopper neither knows nor finds; one who knows none finds all on sale."""
    brands = utility.shape[0]
    one = np.uint32(1)
    everything = np.uint32((np.uint64(1) << np.uint64(brands)) - np.uint64(1))
    offered = np.uint32(on_sale) & everything
    for j in range(count):
        i = who[j]
        known = aware[i] & offered
        mind[j] &= known
        if known == 0:
            known = offered
        for b in range(brands):
            if (known >> np.uint32(b)) & one:
                continue
            a, _, _, _ = philox(np.uint64(i), at, np.uint64(b), why, k0, k1)
            finds = (offered >> np.uint32(b)) & one and unit(a) < f(found) * expertise[i]
            if not finds:
                utility[b, j] -= f(FAR)
