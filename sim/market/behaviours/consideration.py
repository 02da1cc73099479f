"""Habit or active evaluation, and which brands come to mind.

A shopper evaluates when what there is to gain exceeds the cost of looking, which falls with expertise; else it
buys the last brand again. Neither depends on the brand, so habit leaves undisturbed shares alone. A shopper whose
last purchase disappointed badly evaluates.

Each brand comes to mind at a visit with a chance that falls with expertise (experts search more, and find more).
By the max-stability of Gumbel noise the choice among *the best few that come to mind and the best few found by
search* equals the choice among all, so set sizes are an account of the decision and not a distortion of it. When
shoppers are asked which brand they prefer, they know every brand they ever bought, and others by the same chance,
for good.
"""

import numpy as np

from sim.market.block import Block
from sim.market.chance import clock, philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import sigmoid
from sim.market.state import NEVER, Field
from sim.market.week import Behaviour, Phase

f = np.float32


class Params(BaseParams):
    """When shoppers look, and how many brands they consider."""

    habit: bool = dial(True, "whether shoppers may buy by habit at all", source="model §2: a switch")
    readiness: float = dial(
        1.5, "readiness to evaluate before gain and cost are weighed", unit="nats", plausible=(0.5, 2.5),
        source="assumption: mean habit .18 with tastes alone (formulas §3: b); about .13 in markets/base, where "
        "prices, disappointments and lost sales make shoppers look more often",
    )  # fmt: skip
    cost_of_looking: float = dial(
        3.0, "cost of looking for a shopper without any expertise", unit="nats", plausible=(1, 5), ge=0,
        source="formulas §3: c_0; habit by thirds of expertise .41, .14, .03",
    )  # fmt: skip
    steepness: float = dial(
        0.5, "scale of the logistic between habit and evaluation", unit="nats", plausible=(0.25, 1), gt=0,
        source="formulas §3",
    )  # fmt: skip
    comes_to_mind: float = dial(
        0.8, "chance that a brand comes to the mind of a shopper without expertise", plausible=(0.6, 0.95), ge=0, le=1,
        source="formulas §3: p = .8 - .5 expertise",
    )  # fmt: skip
    comes_to_mind_fall: float = dial(
        0.5, "fall of that chance from no expertise to full expertise", plausible=(0, 0.6), ge=0, le=1,
        source="formulas §3: p = .8 - .5 expertise",
    )  # fmt: skip
    initial_set: int = dial(
        3, "most brands considered of those that come to mind", unit="brands", plausible=(2, 5), ge=1,
        source="Hauser & Wernerfelt 1990: 2.5 to 5 considered in all",
    )  # fmt: skip
    added_set: int = dial(
        2, "most brands that evaluation adds", unit="brands", plausible=(1, 3), ge=1,
        source="Court et al. 2009: evaluation adds one to two brands",
    )  # fmt: skip


@kernel
def _decide(
    who: Array, count: int, last_brand: Array, unsettled: Array, entropy: Array, expertise: Array, price_gain: Array,
    review_gain: float, readiness: float, cost: float, steepness: float, at: Word, why: Word, k0: Word, k1: Word,
    looks: Array, evaluates: Array,
) -> None:  # fmt: skip
    """Decide for each visit whether the shopper evaluates."""
    b, c0, scale = f(readiness + review_gain), f(cost), f(1.0 / steepness)
    for j in range(count):
        i = who[j]
        gain = (entropy[i] + price_gain[i] + b - c0 * (f(1) - expertise[i])) * scale
        looks[j] = f(100) if (last_brand[i] < 0) | (unsettled[i] > 0) else gain
    for j in range(count):
        a, _, _, _ = philox(np.uint64(who[j]), at, np.uint64(0), why, k0, k1)
        evaluates[j] = unit(a) < sigmoid(looks[j])


@kernel
def _evaluators_first(who: Array, spare: Array, evaluates: Array, count: int) -> int:
    """Reorder the visits so that those who evaluate come first, each part in its old order; return how many."""
    n = 0
    m = 0
    for j in range(count):
        i = who[j]
        who[n] = i
        spare[m] = i
        n += evaluates[j]
        m += 1 - evaluates[j]
    for j in range(m):
        who[n + j] = spare[j]
    return n


@kernel
def _limits(who: Array, count: int, expertise: Array, chance: float, fall: float, limit: Array) -> None:
    """Work out for each visit the chance that a brand comes to mind, in 65,536ths."""
    for j in range(count):
        limit[j] = np.uint32(max(f(chance) - f(fall) * expertise[who[j]], f(0)) * f(65536))


@kernel
def _minds(
    who: Array, count: int, brands: int, limit: Array, at: Word, why: Word, k0: Word, k1: Word, mind: Array
) -> None:
    """Draw which brands come to mind, as bits; a call of the generator serves eight brands."""
    sixteen, low = np.uint64(16), np.uint64(0xFFFF)
    known = np.uint32(0xFFFFFFFF) >> np.uint32(32 - brands)
    for j in range(count):
        mind[j] = 0
    for lane in range((brands + 7) // 8):
        shift = np.uint32(8 * lane)
        for j in range(count):
            a, b, c, d = philox(np.uint64(who[j]), at, np.uint64(lane), why, k0, k1)
            least = np.uint64(limit[j])
            flags = np.uint32(a >> sixteen < least) | np.uint32(a & low < least) << np.uint32(1)
            flags |= np.uint32(b >> sixteen < least) << np.uint32(2) | np.uint32(b & low < least) << np.uint32(3)
            flags |= np.uint32(c >> sixteen < least) << np.uint32(4) | np.uint32(c & low < least) << np.uint32(5)
            flags |= np.uint32(d >> sixteen < least) << np.uint32(6) | np.uint32(d & low < least) << np.uint32(7)
            mind[j] |= (flags << shift) & known


@kernel
def _count_considered(count: int, brands: int, initial: int, added: int, mind: Array) -> int:
    """Return the sum of the sizes of the sets considered; the bits of a word are added up in parallel."""
    considered = 0
    for j in range(count):
        bits = np.uint64(mind[j])
        bits -= (bits >> np.uint64(1)) & np.uint64(0x55555555)
        bits = (bits & np.uint64(0x33333333)) + ((bits >> np.uint64(2)) & np.uint64(0x33333333))
        bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F)
        known = int((bits * np.uint64(0x01010101) >> np.uint64(24)) & np.uint64(0xFF))
        considered += min(known, initial) + min(brands - known, added)
    return considered


@kernel
def _remember_bought(who: Array, count: int, bought_week: Array, mind: Array) -> None:
    """Let shoppers know every brand they ever bought."""
    for b in range(bought_week.shape[1]):
        for j in range(count):
            mind[j] |= np.uint32(bought_week[who[j], b] != NEVER) << np.uint32(b)


def on_visit(block: Block) -> None:
    """Split the visits into evaluation and habit, and say which brands come to mind."""
    params = block.params("consideration")
    assert isinstance(params, Params)
    visit, state = block.visit, block.state
    if params.habit and not block.expected:
        _decide(
            visit.who, block.count, state.last_brand, state.unsettled, state.entropy, state.expertise,
            state.price_gain, block.world.review_gain[0], params.readiness, params.cost_of_looking, params.steepness,
            block.at, block.draw("consideration/evaluate"), *block.key, visit.looks,
            visit.evaluates,
        )  # fmt: skip
        block.active = int(_evaluators_first(visit.who, visit.habitual, visit.evaluates, block.count))
    when, why = (clock(0), "consideration/aware") if block.expected else (block.at, "consideration/mind")
    brands = len(visit.utility)
    _limits(visit.who, block.active, state.expertise, params.comes_to_mind, params.comes_to_mind_fall, visit.limit)
    _minds(visit.who, block.active, brands, visit.limit, when, block.draw(why), *block.key, visit.mind)
    if block.expected:
        _remember_bought(visit.who, block.count, state.bought_week, visit.mind)
        return
    considered = _count_considered(block.active, brands, params.initial_set, params.added_set, visit.mind)
    block.tally.considered[0] += considered + block.count - block.active
    block.tally.evaluations[0] += block.active


BEHAVIOUR = Behaviour(
    name="consideration",
    phase=Phase.SEARCH,
    order=10,
    does="habit or active evaluation, and which brands come to mind",
    params=Params,
    state=(
        Field("price_gain", ("N",), "float32", "utility", "what the shopper expects to save by comparing prices"),
        Field("unsettled", ("N",), "uint8", "yes/no", "the last purchase disappointed badly, so the next is evaluated"),
    ),
    world=(Field("review_gain", ("1",), "float64", "utility", "spread of the brands' review evidence in utility"),),
    visit=(
        Field("evaluates", ("V",), "uint8", "yes/no", "whether the shopper evaluates at this visit"),
        Field("looks", ("V",), "float32", "nats", "logit of evaluating"),
        Field("limit", ("V",), "uint32", "1/65536", "chance that a brand comes to mind"),
        Field("habitual", ("V",), "uint32", "shopper", "scratch: those who buy by habit"),
        Field("mind", ("V",), "uint32", "bits", "which brands come to mind, a bit each"),
    ),
    tallies=(
        Field("considered", ("1",), "int64", "brands", "sum of the sizes of consideration sets"),
        Field("evaluations", ("1",), "int64", "visits", "visits with active evaluation"),
    ),
    reads=(
        "who",
        "last_brand",
        "unsettled",
        "entropy",
        "expertise",
        "price_gain",
        "review_gain",
        "bought_week",
        "utility",
        "considered",
        "evaluations",
    ),
    writes=("who", "evaluates", "looks", "limit", "habitual", "mind", "considered", "evaluations"),
    on_visit=on_visit,
)
