"""What happens around shoppers: the economy, growing impatience and expertise, and events in their own lives.

In a downturn some shoppers save: they postpone, and mind prices more. Others seek what they can trust: experience
counts more for them. Weights change as fast as the economy does and return with a half-life of their own, so that a
downturn leaves scars (private labels gain share in bad times faster than they lose it again: Lamey, Deleersnyder,
Dekimpe & Steenkamp 2007). An event in life unsettles a habit: the next purchase is evaluated.

The economy acts on how shoppers weigh things and on when they buy, never on a brand.
"""

import numpy as np

from sim.market import chance
from sim.market.block import Block
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase

f = np.float32
HEALED = 0.001
"""Hardship beyond the economy's own that nobody feels any more."""
EVERY = 4  # weeks between two looks at a shopper's life and expertise


class Params(BaseParams):
    """State of the economy, what it does to two kinds of shoppers, and slow changes."""

    economy: float = dial(
        0.0, "state of the economy: 0 ordinary, -1 a deep downturn", plausible=(-1, 0), ge=-1, le=0,
        source="assumption: ordinary unless a scenario says; -1 is the deepest that the other dials are meant for",
    )  # fmt: skip
    savers: float = dial(
        0.5, "share of shoppers whom hardship makes save; the rest seek what they can trust", plausible=(0.2, 0.8),
        ge=0, le=1, built=True, source="assumption: half and half, no published split was found",
    )  # fmt: skip
    price_fixation: float = dial(
        0.5, "rise of a saver's weight of price in a deep downturn", plausible=(0, 1), ge=0, le=10,
        source="assumption for the size; that price sensitivity rises in contractions: van Heerde et al. 2013",
    )  # fmt: skip
    postponing: float = dial(
        0.2, "share of a saver's needs that a deep downturn postpones", plausible=(0, 0.5), ge=0, le=1,
        source="assumption: little for groceries, much for durables (Deleersnyder et al. 2004)",
    )  # fmt: skip
    seeking: float = dial(
        0.5, "rise of the weight of experience of those who do not save, in a deep downturn", plausible=(0, 1), ge=0,
        le=10, source="assumption: as much as savers' weight of price, so that neither kind is favoured",
    )  # fmt: skip
    healing: float = dial(
        26.0, "half-life of hardship once the economy is better", unit="weeks", plausible=(8, 104), gt=0, le=1e6,
        source="assumption for the length; that recovery is slower: Lamey et al. 2007",
    )  # fmt: skip
    impatience_trend: float = dial(
        0.0, "yearly growth of impatience with friction, from week 0 on", unit="share a year", plausible=(0, 0.1),
        ge=-0.9, le=10, source="assumption: none unless a scenario says",
    )  # fmt: skip
    expertise_trend: float = dial(
        0.0, "yearly rise of every shopper's expertise, from week 0 on", unit="expertise/year", plausible=(0, 0.05),
        ge=-1, le=1, source="assumption: none unless a scenario says",
    )  # fmt: skip
    life_events: float = dial(
        0.0, "events in life that unsettle habits, a shopper and year", unit="events/year", plausible=(0, 0.5), ge=0,
        le=13, source="assumption: none unless a scenario says; moves, births and new jobs are one in some years",
    )  # fmt: skip


def setup(market: Market) -> None:
    """Draw who saves in hardship."""
    params = market.params["circumstances"]
    assert isinstance(params, Params)
    u = chance.uniforms(market.seed, "circumstances/saver", np.arange(market.spec.shoppers))[0]
    market.state.saver[:] = u < params.savers


def finish_setup(market: Market) -> None:
    """Note what experience counts in ordinary times."""
    market.state.experience_usual[:] = market.state.experience_interest


def felt(hardship: float, depth: float, healing: float) -> float:
    """Return the hardship that shoppers feel: a downturn at once, a recovery with a half-life of weeks."""
    left = max(hardship - depth, 0.0) * 0.5 ** (1.0 / healing)
    return depth + left if left > HEALED else depth


def _bear(market: Market, params: Params) -> None:
    """Bring what shoppers weigh up to date; nothing to do while hardship does not change."""
    state, world = market.state, market.world
    world.hardship[0] = felt(float(world.hardship[0]), abs(params.economy), params.healing)
    now = float(world.hardship[0])
    weights = (now * params.price_fixation, now * params.postponing, now * params.seeking)
    if market.memo.get("circumstances", (0.0, 0.0, 0.0)) == weights:
        return
    market.memo["circumstances"] = weights
    price, held_back, experience = map(np.float32, weights)
    state.price_weight[:] = state.price_sensitivity * (1 + price * state.saver)
    state.experience_interest[:] = state.experience_usual * (1 + experience * (1 - state.saver))
    world.held_back[0] = held_back
    world.people_changed[0] = market.week


def _grow(market: Market, params: Params) -> None:
    """Let patience and expertise drift from week 0 on."""
    if params.impatience_trend != 0.0:
        market.world.impatience_now[0] *= (1.0 + params.impatience_trend) ** (1.0 / 52.0)
    if params.expertise_trend != 0.0 and market.week % EVERY == 0:
        more = np.float32(params.expertise_trend * EVERY / 52.0)
        np.clip(market.state.expertise + more, 0.0, 1.0, out=market.state.expertise)
        market.world.people_changed[0] = market.week


def open_week(market: Market) -> None:
    """Let the economy and the years act on all shoppers."""
    params = market.params["circumstances"]
    assert isinstance(params, Params)
    _bear(market, params)
    if market.week > 0:
        _grow(market, params)


@kernel
def _live(
    first: int, last: int, week: int, likely: float, at: Word, why: Word, k0: Word, k1: Word, unsettled: Array
) -> int:
    """Let events happen to every fourth shopper, another fourth each week; return how many."""
    events = 0
    for i in range(first + (-first - week) % EVERY, last, EVERY):
        a, _, _, _ = philox(np.uint64(i), at, np.uint64(0), why, k0, k1)
        if unit(a) < f(likely):
            unsettled[i] = 1
            events += 1
    return events


def on_shoppers(block: Block) -> None:
    """Let events in life unsettle habits."""
    params = block.params("circumstances")
    assert isinstance(params, Params)
    if params.life_events == 0.0:
        return
    likely = 1.0 - np.exp(-params.life_events * EVERY / 52.0)
    block.tally.life_events[0] += _live(
        block.first, block.last, block.week, likely, block.at, block.draw("circumstances/event"), *block.key,
        block.state.unsettled,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="circumstances",
    phase=Phase.WORLD,
    order=10,
    does="the economy, growing impatience and expertise, events in shoppers' lives",
    params=Params,
    state=(
        Field("experience_usual", ("N",), "float32", "", "interest in experience in ordinary times", fixed=True),
    ),
    world=(
        Field("hardship", ("1",), "float64", "", "hardship as felt: 0 in ordinary times, 1 in a deep downturn"),
        Field("impatience_now", ("1",), "float64", "", "factor on everybody's impatience", fill=1),
    ),
    tallies=(Field("life_events", ("1",), "int64", "events", "events in shoppers' lives"),),
    reads=("price_sensitivity",),
    writes=(
        "saver", "experience_usual", "hardship", "price_weight", "experience_interest", "held_back", "people_changed",
        "impatience_now", "expertise", "unsettled", "life_events",
    ),
    setup=setup,
    finish_setup=finish_setup,
    open_week=open_week,
    on_shoppers=on_shoppers,
)  # fmt: skip
