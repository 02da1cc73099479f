"""Reading reviews: a Bayesian reader shrinks the mean of a few reviews towards what it knew (Erdem & Keane 1996).

With n reviews read and a prior worth n_0 reviews, the posterior mean moves by n/(n + n_0) of what the reviews say.
Only the change since the undisturbed market counts, so that levels of rating are part of taste. The volume that
counts is of favourable reviews: a brand that is torn to pieces by many does not gain from their number. Others'
evidence is discounted by one's own. Weights come from elasticities to valence and volume (You et al. 2015).
"""

from typing import Literal

import numpy as np
from pydantic import Field as Setting

from sim.market import chance
from sim.market.block import Block
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import normal
from sim.market.gather import pick
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase
from sim.market.world.awareness import SPREADS
from sim.market.world.reviews import FIELDS, read_platform

f = np.float32


class Params(BaseParams):
    """How many reviews are read, and how much they count."""

    weight: float = dial(
        0.25, "weight of a star of rating in utility", unit="utility/star", plausible=(0.05, 0.5), ge=0, le=10,
        source="formulas §3: .417/(4.2 kappa) = .18, over the share of choices reached",
    )  # fmt: skip
    weight_spread: float = dial(
        0.0, "half-width of the shoppers' interest in reviews around 1, uniform", plausible=(0, 1), ge=0, le=1,
        built=True, source="assumption: alike unless a scenario says",
    )  # fmt: skip
    volume_weight: float = dial(
        0.5, "weight of ln(number of favourable reviews) in utility", unit="utility", plausible=(0, 0.9), ge=0, le=10,
        source="formulas §3: .236/kappa = .43, over the share of choices reached",
    )  # fmt: skip
    prior: float = dial(
        5.0, "what the reader knew before, in reviews", unit="reviews", plausible=(1, 20), ge=0, le=1000,
        source="formulas §3: n_0",
    )  # fmt: skip
    read_least: float = dial(
        1.0, "reviews of each brand read without expertise", unit="reviews", plausible=(0, 3), ge=0, le=1000,
        source="assumption: a glance at the stars",
    )  # fmt: skip
    read_added: float = dial(
        9.0, "further reviews read at full expertise", unit="reviews", plausible=(3, 20), ge=0, le=1000,
        source="assumption: surveys of online shoppers report up to ten reviews",
    )  # fmt: skip
    reads: Literal["sample", "all"] = Setting(
        "sample", description="a sample of reviews with its sampling error, or the mean of all of them, unshrunk"
    )


def setup(market: Market) -> None:
    """Draw how much each shopper cares for reviews."""
    params = market.params["review_reading"]
    assert isinstance(params, Params)
    if params.weight_spread > 0:
        u = chance.uniforms(market.seed, "review_reading/interest", np.arange(market.spec.shoppers))[0]
        market.state.review_interest[:] = 1.0 + params.weight_spread * (2.0 * u - 1.0)


def open_week(market: Market) -> None:
    """Work out what the platform says, and how much brands differ by it."""
    params = market.params["review_reading"]
    assert isinstance(params, Params)
    read_platform(market)
    market.world.review_gain[:] = params.weight * np.std(market.world.rating_change)


@kernel
def _add_all(count: int, interest: Array, familiar: Array, term: Array, utility: Array) -> None:
    for b in range(utility.shape[0]):
        row, own, says = utility[b], familiar[b], f(term[b])
        for j in range(count):
            row[j] += interest[j] * (f(1) - own[j]) * says


@kernel
def _weigh(
    count: int, expert: Array, weight: float, prior: float, least: float, added: float, noisy: float, shrink: Array,
    error: Array,
) -> None:  # fmt: skip
    """Work out how much a sample of n reviews moves the reader, and its sampling error."""
    for j in range(count):
        n = f(least) + f(added) * expert[j]
        shrink[j] = f(weight) * n / (n + f(prior) + f(1e-6))
        error[j] = f(noisy) / np.sqrt(n + f(1e-6))


@kernel
def _add_two(
    who: Array, count: int, brand: int, shrink: Array, error: Array, interest: Array, own0: Array, own1: Array,
    change: Array, spread: Array, volume: Array, at: Word, why: Word, k0: Word, k1: Word, u0: Array, u1: Array,
) -> None:  # fmt: skip
    """Add what is read of two brands; the second may be a spare row."""
    last = change.size - 1
    change0, spread0, volume0 = f(change[brand]), f(spread[brand]), f(volume[brand])
    other = min(brand + 1, last)
    change1, spread1, volume1 = f(change[other]), f(spread[other]), f(volume[other])
    for j in range(count):
        w0, w1, w2, w3 = philox(np.uint64(who[j]), at, np.uint64(brand), why, k0, k1)
        says0 = shrink[j] * (change0 + error[j] * spread0 * normal(unit(w0), unit(w1))) + volume0
        says1 = shrink[j] * (change1 + error[j] * spread1 * normal(unit(w2), unit(w3))) + volume1
        u0[j] += interest[j] * (f(1) - own0[j]) * says0
        u1[j] += interest[j] * (f(1) - own1[j]) * says1


@kernel
def _add_sample(
    who: Array, count: int, shrink: Array, error: Array, interest: Array, familiar: Array, change: Array,
    spread: Array, volume: Array, at: Word, why: Word, k0: Word, k1: Word, utility: Array, spare: Array,
) -> None:  # fmt: skip
    brands = utility.shape[0]
    for b in range(0, brands, 2):
        both = b + 1 < brands
        _add_two(
            who, count, b, shrink, error, interest, familiar[b], familiar[b + 1] if both else spare[0], change, spread,
            volume, at, why, k0, k1, utility[b], utility[b + 1] if both else spare[1],
        )  # fmt: skip


def on_visit(block: Block) -> None:
    """Add what reviews say to the utility of those who evaluate."""
    params = block.params("review_reading")
    assert isinstance(params, Params)
    visit, state, world = block.visit, block.state, block.world
    volume = params.volume_weight * world.volume_change
    pick(state.review_interest, visit.who, block.active, visit.minds_reviews)
    if params.reads == "all":
        term = params.weight * world.rating_change + volume
        _add_all(block.active, visit.minds_reviews, visit.familiar, term, visit.utility)
        return
    pick(state.expertise, visit.who, block.active, visit.read_error)
    _weigh(
        block.active, visit.read_error, params.weight, params.prior, params.read_least, params.read_added,
        0.0 if block.expected else 1.0, visit.read_weight, visit.read_error,
    )  # fmt: skip
    _add_sample(
        visit.who, block.active, visit.read_weight, visit.read_error, visit.minds_reviews, visit.familiar,
        world.rating_change, world.rating_spread, volume, block.at, block.draw("review_reading/sample"), *block.key,
        visit.utility, visit.spare,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="review_reading",
    phase=Phase.SEARCH,
    order=50,
    does="reads some reviews of each brand; Bayesian update, discounted by own experience",
    params=Params,
    state=(Field("review_interest", ("N",), "float32", "", "interest in reviews, mean 1", fill=1, fixed=True),),
    world=(*FIELDS, SPREADS),
    visit=(
        Field("minds_reviews", ("V",), "float32", "", "interest in reviews of the shopper"),
        Field("read_weight", ("V",), "float32", "utility/star", "how far what is read moves the reader"),
        Field("read_error", ("V",), "float32", "", "sampling error of what is read, in spreads of single reviews"),
        Field("spare", ("4", "V"), "float32", "", "scratch: rows for brands that do not exist"),
    ),
    reads=("expertise", "review_interest", "familiar", "spreads", *(field.name for field in FIELDS)),
    writes=(
        "rating_start",
        "reviews_start",
        "favourable_start",
        "rating_change",
        "rating_spread",
        "volume_change",
        "review_gain",
        "utility",
        "minds_reviews",
        "read_weight",
        "read_error",
        "spare",
    ),
    setup=setup,
    open_week=open_week,
    on_visit=on_visit,
)
