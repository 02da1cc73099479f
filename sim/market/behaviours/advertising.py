"""Adverts: they bring a brand to mind, make a new one known, and promise.

A brand comes to mind at a visit with chance p, which falls with expertise; else it can still be found by search. If
adverts multiply how often it comes to mind by A, the best of what is known and what is found gains ln(p A + 1 - p) in
utility, by the max-stability of Gumbel noise. So experts, whose p is small, answer less to adverts, and nothing says so
but p. A is a saturating (Hill) response to the stock of adverts, 1 at the category's norm. When asked for a preference,
more shoppers know the brand, and none likes it better for that.

What adverts promise counts as far as they are believed; `promise` holds the experience against it.
"""

import numpy as np
from numpy.typing import NDArray

from sim.market.block import Block
from sim.market.chance import clock, philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import ln
from sim.market.market import Market
from sim.market.spec import LEVERS
from sim.market.state import Field
from sim.market.week import Behaviour, Phase
from sim.market.world.awareness import ALL, FIELDS, STATE, hide, open_sale, spread, start_awareness

f = np.float32
ADVERTS = LEVERS.index("adverts")
AT_REST = 1e-6
"""Change of a response that is as good as none."""


class Params(BaseParams):
    """What adverts do to what comes to mind, to who knows a new brand, and to what is expected."""

    half_saturation: float = dial(
        0.667, "stock of adverts at which half of their response is reached", unit="norms", plausible=(0.25, 4), ge=0,
        le=1000, source="advertising elasticity .12 (Sethuraman, Tellis & Briesch 2011) = kappa .55 x p .55 x h/(1+h)",
    )  # fmt: skip
    reach: float = dial(
        0.01, "chance a week to hear of a new brand by adverts at the norm", unit="1/week", plausible=(0.001, 0.05),
        ge=0, le=1, source="assumption: Bass's p; half of all within a year and a half by adverts alone",
    )  # fmt: skip
    talk: float = dial(
        0.05, "chance a week to hear of a new brand if all ties know it", unit="1/week", plausible=(0.005, 0.3), ge=0,
        le=1, source="assumption: Bass's q; some times p, as is usual (Sultan, Farley & Lehmann 1990)",
    )  # fmt: skip
    forgetting: float = dial(
        0.0, "chance a week to forget a new brand that is known and not bought", unit="1/week", plausible=(0, 0.05),
        ge=0, le=1, source="assumption: none, as in Bass 1969",
    )  # fmt: skip
    found: float = dial(
        0.2, "chance that evaluation at full expertise finds a brand that the shopper does not know",
        plausible=(0, 0.5), ge=0, le=1, source="assumption: proportional to expertise; search covers part of a shelf",
    )  # fmt: skip
    trust: float = dial(
        0.6, "weight of adverts in what a shopper without expertise expects, against a norm of 1", plausible=(0, 1.5),
        ge=0, le=10, source="assumption: T of formulas §3; twice a rating's at no expertise, a rating's on average",
    )  # fmt: skip
    trust_fall: float = dial(
        0.6, "fall of that weight from no expertise to full expertise", plausible=(0, 1.5), ge=0, le=10,
        source="assumption: experts disregard promises",
    )  # fmt: skip
    promise_weight: float = dial(
        0.25, "weight of a promise in utility, times the trust in adverts", unit="utility/sd", plausible=(0, 0.5),
        ge=0, le=10,
        source="assumption: counts as what is remembered does, .5, over the weights of all that is expected, 2.1",
    )  # fmt: skip


def response(stock: NDArray[np.float64], half_saturation: float) -> NDArray[np.float64]:
    """Return A, the Hill response to a stock of adverts against that at the norm; elasticity h/(1 + h) at rest."""
    return stock * (1.0 + half_saturation) / (stock + half_saturation)


def finish_setup(market: Market) -> None:
    """Let new brands start unknown."""
    start_awareness(market)


def open_week(market: Market) -> None:
    """Bring up to date how often each brand comes to mind, what it promises, and how far it is believed."""
    params = market.params["advertising"]
    assert isinstance(params, Params)
    world = market.world
    more = response(world.stock[ADVERTS], params.half_saturation) - 1.0
    world.reminded[:] = np.where(np.abs(more) > AT_REST, more, 0.0)
    world.promised[:] = [brand.promise for brand in market.brand_specs]
    open_sale(market)
    state = (params.trust, params.trust_fall, int(world.people_changed[0]))
    if market.memo.get("advertising") != state:
        market.memo["advertising"] = state
        world.trust_naive[0], world.trust_lost[0] = params.trust, params.trust_fall
        world.trust[0] = np.maximum(params.trust - params.trust_fall * market.state.expertise, 0.0).mean(dtype=float)


@kernel
def _traits(
    who: Array, count: int, expertise: Array, comes: float, fall: float, trust: float, lost: float, reminds: Array,
    believes: Array,
) -> None:  # fmt: skip
    for j in range(count):
        believes[j] = expertise[who[j]]
    for j in range(count):
        e = believes[j]
        reminds[j] = max(f(comes) - f(fall) * e, f(0))
        believes[j] = max(f(trust) - f(lost) * e, f(0))


@kernel
def _add(count: int, reminds: Array, believes: Array, familiar: Array, more: float, promise: float, row: Array) -> None:
    """Add what comes to mind more often, and what is promised, as far as own experience does not know better."""
    for j in range(count):
        row[j] += ln(f(1) + reminds[j] * f(more)) + f(promise) * believes[j] * (f(1) - familiar[j])


@kernel
def _bring_to_mind(
    who: Array, count: int, brand: int, reminds: Array, more: float, at: Word, why: Word, k0: Word, k1: Word,
    mind: Array,
) -> None:  # fmt: skip
    """Let a brand come to mind with chance p A/(p A + 1 - p), where it did with chance p."""
    for j in range(count):
        a, _, _, _ = philox(np.uint64(who[j]), at, np.uint64(brand), why, k0, k1)
        gained = reminds[j] * f(more)
        mind[j] |= np.uint32(unit(a) * (f(1) + gained) < gained) << np.uint32(brand)


def on_visit(block: Block) -> None:
    """Add what adverts do to the utility of those who evaluate, and hide what they cannot know."""
    params = block.params("advertising")
    assert isinstance(params, Params)
    visit, state, world = block.visit, block.state, block.world
    considers = block.params("consideration")
    if not considers.on:
        visit.mind[: block.count] = ALL
    moved = np.flatnonzero((world.reminded != 0.0) | (world.promised != 0.0))
    if moved.size:
        _traits(
            visit.who, block.active, state.expertise, getattr(considers, "comes_to_mind", 1.0),
            getattr(considers, "comes_to_mind_fall", 0.0), params.trust, params.trust_fall, visit.reminds,
            visit.believes,
        )  # fmt: skip
    when, why = (clock(0), "advertising/known") if block.expected else (block.at, "advertising/mind")
    for brand in map(int, moved):
        more = float(world.reminded[brand])
        if more > 0.0:
            _bring_to_mind(
                visit.who, block.active, brand, visit.reminds, more, when, block.draw(why), *block.key, visit.mind
            )
        _add(
            block.active, visit.reminds, visit.believes, visit.familiar[brand], 0.0 if block.expected else more,
            params.promise_weight * world.promised[brand], visit.utility[brand],
        )  # fmt: skip
    if world.spreads.any():
        found = 0.0 if block.expected or block.market.undisturbed else params.found
        hide(
            visit.who, block.active, state.aware, int(world.on_sale[0]), state.expertise, found, block.at,
            block.draw("advertising/find"), *block.key, visit.mind, visit.utility,
        )  # fmt: skip


def close_week(market: Market) -> None:
    """Let new brands become known."""
    params = market.params["advertising"]
    assert isinstance(params, Params)
    if market.undisturbed or not market.world.spreads.any():
        return
    spread(market, params.reach * (1.0 + market.world.reminded), params.talk, params.forgetting)


OWN = tuple(field.name for field in FIELDS)

BEHAVIOUR = Behaviour(
    name="advertising",
    phase=Phase.SEARCH,
    order=45,
    does="adverts bring brands to mind, make new ones known, and promise",
    params=Params,
    state=(STATE,),
    world=(
        *FIELDS,
        Field("reminded", ("B",), "float64", "", "how much more often adverts bring the brand to mind than at rest"),
        Field("promised", ("B",), "float64", "sd of experience", "promise of the brand's adverts beyond the norm"),
        Field("trust_naive", ("1",), "float64", "", "weight of adverts in what is expected, without expertise"),
        Field("trust_lost", ("1",), "float64", "", "fall of that weight to full expertise"),
    ),
    visit=(
        Field("reminds", ("V",), "float32", "", "chance that a brand comes to the shopper's mind at rest"),
        Field("believes", ("V",), "float32", "", "weight of adverts in what the shopper expects"),
    ),
    reads=("who", "familiar", "stock", "people_changed", "expertise", "bought_week"),
    writes=(
        "aware", *OWN, "reminded", "promised", "trust", "trust_naive", "trust_lost", "reminds", "believes", "mind",
        "utility", "memory", "bought_week", "last_brand",
    ),
    finish_setup=finish_setup,
    open_week=open_week,
    on_visit=on_visit,
    close_week=close_week,
)  # fmt: skip
