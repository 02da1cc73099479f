"""One's own experience: what is remembered of each brand adds to its utility.

Memory fades between purchases, so it is stored with the week in which it was last touched, and faded when read.
Whoever knows a brand from own use listens less to others: `familiar` is 1 just after a purchase and fades alike.
"""

import numpy as np

from sim.market import chance
from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import exp
from sim.market.gather import pick, pick_rows
from sim.market.market import Market
from sim.market.state import NEVER, Field
from sim.market.week import Behaviour, Phase

f = np.float32
NO_FADING = 1e-8
AGE_OF_NEVER = -NEVER // 2
"""Weeks beyond which a brand counts as never bought; no run is that long."""


class Params(BaseParams):
    """How much memory counts."""

    weight: float = dial(
        0.5, "weight of remembered satisfaction in utility", unit="utility/sd", plausible=(0.1, 1.0), ge=0, le=10,
        source="formulas §3: w_x, not identified by public data, swept .1 to 1",
    )  # fmt: skip
    weight_spread: float = dial(
        0.0, "half-width of the shoppers' interest in experience around 1, uniform", plausible=(0, 1), ge=0, le=1,
        built=True, source="assumption: alike unless a scenario says",
    )  # fmt: skip
    discounts_others: bool = dial(
        True, "whether own experience makes a shopper listen less to reviews and talk",
        source="formulas §3: g, so that one quality is not counted three times",
    )  # fmt: skip


def setup(market: Market) -> None:
    """Draw how much experience counts for each shopper."""
    params = market.params["own_experience"]
    assert isinstance(params, Params)
    if params.weight_spread > 0:
        u = chance.uniforms(market.seed, "own_experience/interest", np.arange(market.spec.shoppers))[0]
        market.state.experience_interest[:] = 1.0 + params.weight_spread * (2.0 * u - 1.0)


@kernel
def _ages(who: Array, count: int, week: int, bought_week: Array, age: Array) -> None:
    """Look up how many weeks ago each brand was bought; very long ago if never."""
    for j in range(count):
        i = who[j]
        for b in range(age.shape[0]):
            age[b, j] = f(np.int32(week) - np.int32(bought_week[i, b]))


@kernel
def _add(
    count: int, fade: float, plainly: Array, kept_by_sign: Array, interest: Array, discounts: float,
    remembered: Array, familiar: Array, utility: Array,
) -> None:  # fmt: skip
    """Fade what is remembered by its age, which `familiar` holds and gives way to how fresh it is."""
    oldest = np.int32(kept_by_sign.shape[2] - 1)
    for b in range(utility.shape[0]):
        row, own, memory = utility[b], familiar[b], remembered[b]
        if plainly[b]:
            for j in range(count):
                kept = exp(f(-fade) * own[j])
                row[j] += interest[j] * memory[j] * kept
                own[j] = f(0) if own[j] > f(AGE_OF_NEVER) else f(discounts) * kept
            continue
        good, bad = kept_by_sign[b, 0], kept_by_sign[b, 1]
        for j in range(count):
            age = np.uint32(min(np.int32(own[j]), oldest))
            row[j] += interest[j] * memory[j] * (bad[age] if memory[j] < f(0) else good[age])
            own[j] = f(0) if own[j] > f(AGE_OF_NEVER) else f(discounts) * exp(f(-fade) * own[j])


@kernel
def _add_unfaded(count: int, interest: Array, remembered: Array, familiar: Array, utility: Array) -> None:
    for b in range(utility.shape[0]):
        row, own, memory = utility[b], familiar[b], remembered[b]
        for j in range(count):
            row[j] += interest[j] * memory[j]
            own[j] = f(0)


def on_visit(block: Block) -> None:
    """Add what is remembered to the utility, and say how familiar each brand is."""
    params = block.params("own_experience")
    assert isinstance(params, Params)
    visit, state = block.visit, block.state
    pick(state.experience_interest, visit.who, block.active, visit.minds_experience)
    visit.minds_experience[: block.active] *= np.float32(params.weight)
    pick_rows(state.memory, visit.who, block.active, visit.remembered)
    if not params.discounts_others and block.world.fade[0] < NO_FADING:  # then ages do not matter
        _add_unfaded(block.active, visit.minds_experience, visit.remembered, visit.familiar, visit.utility)
        return
    _ages(visit.who, block.active, block.week, state.bought_week, visit.familiar)
    _add(
        block.active, block.world.fade[0], block.world.fades_plainly, block.world.memory_kept, visit.minds_experience,
        float(params.discounts_others), visit.remembered, visit.familiar, visit.utility,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="own_experience",
    phase=Phase.SEARCH,
    order=40,
    does="memory of past experience, faded; own use outweighs others' word",
    params=Params,
    state=(
        Field("experience_interest", ("N",), "float32", "", "interest in experience as things are now, mean 1", fill=1),
    ),
    visit=(
        Field("minds_experience", ("V",), "float32", "utility/sd", "weight of remembered satisfaction of the shopper"),
        Field("familiar", ("B", "V"), "float32", "", "how fresh one's own experience of the brand is, 0 to 1"),
        Field("remembered", ("B", "V"), "float32", "sd", "memory as of the last purchase"),
    ),
    reads=("memory", "bought_week", "fade", "fades_plainly", "memory_kept", "experience_interest"),
    writes=("experience_interest", "minds_experience", "familiar", "remembered", "utility"),
    setup=setup,
    on_visit=on_visit,
)
