"""Reading reviews: a Bayesian reader shrinks the mean of a few reviews towards what it knew (Erdem & Keane 1996).

With n reviews read and a prior worth n_0 reviews, the posterior mean moves by n/(n + n_0) of what the reviews say.
Only the change since the undisturbed market counts, so that levels of rating are part of taste. Others' evidence
is discounted by one's own. Weights come from elasticities to valence and volume (You, Vadakkepatt & Joshi 2015).
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
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase
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
        source="assumption: alike unless a scenario says",
    )  # fmt: skip
    volume_weight: float = dial(
        0.5, "weight of ln(number of reviews) in utility", unit="utility", plausible=(0, 0.9), ge=0, le=10,
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
def _add_all(who: Array, count: int, interest: Array, familiar: Array, term: Array, utility: Array) -> None:
    for b in range(utility.shape[0]):
        row, own, says = utility[b], familiar[b], f(term[b])
        for j in range(count):
            row[j] += interest[who[j]] * (f(1) - own[j]) * says


@kernel
def _add_sample(
    who: Array, count: int, interest: Array, expertise: Array, familiar: Array, change: Array, spread: Array,
    volume: Array, weight: float, prior: float, least: float, added: float, noisy: float, at: Word, why: Word,
    k0: Word, k1: Word, utility: Array,
) -> None:  # fmt: skip
    brands = utility.shape[0]
    for b in range(0, brands, 2):
        second = min(b + 1, brands - 1)
        for j in range(count):
            i = who[j]
            w0, w1, w2, w3 = philox(np.uint64(i), at, np.uint64(b), why, k0, k1)
            n = f(least) + f(added) * expertise[i]
            shrink = f(weight) * n / (n + f(prior) + f(1e-6))
            error = f(noisy) / np.sqrt(n + f(1e-6))
            says = shrink * (f(change[b]) + error * f(spread[b]) * normal(unit(w0), unit(w1))) + f(volume[b])
            utility[b, j] += interest[i] * (f(1) - familiar[b, j]) * says
            if second > b:
                says = shrink * (f(change[second]) + error * f(spread[second]) * normal(unit(w2), unit(w3)))
                utility[second, j] += interest[i] * (f(1) - familiar[second, j]) * (says + f(volume[second]))


def on_visit(block: Block) -> None:
    """Add what reviews say to the utility of those who evaluate."""
    params = block.params("review_reading")
    assert isinstance(params, Params)
    visit, state, world = block.visit, block.state, block.world
    volume = params.volume_weight * world.volume_change
    if params.reads == "all":
        term = params.weight * world.rating_change + volume
        _add_all(visit.who, block.active, state.review_interest, visit.familiar, term, visit.utility)
        return
    _add_sample(
        visit.who, block.active, state.review_interest, state.expertise, visit.familiar, world.rating_change,
        world.rating_spread, volume, params.weight, params.prior, params.read_least, params.read_added,
        0.0 if block.expected else 1.0, block.at, block.draw("review_reading/sample"), *block.key, visit.utility,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="review_reading",
    phase=Phase.SEARCH,
    order=50,
    does="reads some reviews of each brand; Bayesian update, discounted by own experience",
    params=Params,
    state=(
        Field("review_interest", ("N",), "float32", "", "interest in reviews, mean 1", fill=1, fixed=True),
    ),
    world=FIELDS,
    reads=("expertise", "review_interest", "familiar", *(field.name for field in FIELDS)),
    writes=("rating_start", "reviews_start", "rating_change", "rating_spread", "volume_change", "review_gain", "utility"),
    setup=setup,
    open_week=open_week,
    on_visit=on_visit,
)
