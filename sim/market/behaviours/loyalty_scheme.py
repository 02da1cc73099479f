"""What a loyalty scheme is worth to a member at the moment of choice.

A member values the reward it is saving for, as a share of the price: rate x how much of the face value counts x
the chance to reach the reward before points expire, at the rate of buying the member has experienced. Being
close to the reward raises the value (goal gradient: Hull 1932; Kivetz, Urminsky & Zheng 2006), centred half-way.
"""

from typing import Literal

import numpy as np
from pydantic import Field as Setting

from sim.market import chance
from sim.market.block import Block
from sim.market.compiled import Array, Lane, formula, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import exp, ln, tanh
from sim.market.gather import pick, pick_rows
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase

f = np.float32


class Params(BaseParams):
    """How much of a reward's face value counts, and how."""

    face_value_counted: float = dial(
        0.7, "share of a reward's face value that counts in choice", plausible=(0.3, 1.1), ge=0, le=5,
        source="formulas §3: psi, not identified by public data, swept .3 to 1.1",
    )  # fmt: skip
    goal_gradient: float = dial(
        0.5, "how much more the reward counts at the goal than at the start", plausible=(0, 1), ge=0, le=2,
        source="Kivetz, Urminsky & Zheng 2006; formulas §3: gamma",
    )  # fmt: skip
    weight_spread: float = dial(
        0.0, "half-width of the shoppers' interest in rewards around 1, uniform", plausible=(0, 1), ge=0, le=1,
        built=True, source="assumption: alike unless a scenario says",
    )  # fmt: skip
    value: Literal["expected_reward", "points_held"] = Setting(
        "expected_reward", description="worth of the expected reward, or merely of the points held, saturating"
    )
    points_weight: float = dial(
        0.5, "utility of many points where only points held count", unit="utility", plausible=(0, 1), ge=0, le=10,
        source="assumption: used by the reference workload",
    )  # fmt: skip
    points_scale: float = dial(
        10.0, "money spent at which points held are worth about three quarters of that", unit="money",
        plausible=(1, 100), gt=0, le=1e6, source="assumption: used by the reference workload",
    )  # fmt: skip


def setup(market: Market) -> None:
    """Draw how much each shopper cares for rewards."""
    params = market.params["loyalty_scheme"]
    assert isinstance(params, Params)
    if params.weight_spread > 0:
        u = chance.uniforms(market.seed, "loyalty_scheme/interest", np.arange(market.spec.shoppers))[0]
        market.state.reward_interest[:] = 1.0 + params.weight_spread * (2.0 * u - 1.0)


@formula
def poisson_tail(mean: Lane, least: Lane) -> Lane:
    """Return about P(Poisson(mean) >= least), within .01 (Wilson & Hilferty 1931); exact for one."""
    n = max(f(least), f(0.5))
    root = exp(ln(max(f(mean), f(1e-9)) / n) * f(1 / 3))
    z = (root - (f(1) - f(1) / (f(9) * n))) * f(3) * np.sqrt(n)
    tail = f(0.5) * (f(1) + tanh(f(0.7978845608) * (z + f(0.044715) * z * z * z)))
    return f(1) - exp(-f(mean)) if least <= f(1) else tail


@kernel
def _find_members(
    who: Array, count: int, week: int, brand: int, slot: int, member: Array, points: Array, pace: Array,
    bought_week: Array, keeps: Array, sensitivity: Array, interest: Array, seat: Array, saved: Array, often: Array,
    minds: Array, cares: Array,
) -> int:  # fmt: skip
    """List the visits of members, with what each has saved, how often it buys, and what it cares for."""
    oldest = np.int32(keeps.size - 1)
    n = 0
    for j in range(count):
        i = who[j]
        if member[i, slot]:
            seat[n] = j
            saved[n] = f(points[i, slot])
            often[n] = pace[i, slot] * keeps[min(np.int32(week) - np.int32(bought_week[i, brand]), oldest)]
            minds[n] = sensitivity[i]
            cares[n] = interest[i]
            n += 1
    return n


@kernel
def _add_reward(
    members: int, seat: Array, saved: Array, often: Array, minds: Array, cares: Array, rate: float, threshold: float,
    per_purchase: float, window: float, accrues: bool, gradient: float, row: Array,
) -> None:  # fmt: skip
    for n in range(members):
        missing = np.ceil(max(f(threshold) - saved[n], f(0)) / f(per_purchase))
        tail = poisson_tail(often[n] * f(window), missing) if accrues else f(0)
        worth = min(f(rate) * cares[n] * (f(1) if missing <= f(0) else tail), f(0.99))
        pull = f(1) + f(gradient) * (min(saved[n] / f(threshold), f(1)) - f(0.5))
        minds[n] *= ln(f(1) - worth) * pull
    for n in range(members):
        row[seat[n]] -= minds[n]


@kernel
def _add_points(count: int, held: Array, interest: Array, weight: float, inverse: float, row: Array) -> None:
    for j in range(count):
        row[j] += f(weight) * interest[j] * tanh(held[j] * f(inverse))


def on_visit(block: Block) -> None:
    """Add the worth of each running scheme to the utility of its brand."""
    params = block.params("loyalty_scheme")
    assert isinstance(params, Params)
    visit, state, world, market = block.visit, block.state, block.world, block.market
    pick(state.reward_interest, visit.who, block.active, visit.minds_rewards)
    if params.value == "points_held":
        pick_rows(state.points, visit.who, block.active, visit.held)
    for slot, brand in enumerate(market.scheme_brands):
        scheme = market.brand_specs[brand].scheme
        if params.value == "points_held":
            _add_points(
                block.active, visit.held[slot], visit.minds_rewards, params.points_weight,
                1.0 / (100.0 * params.points_scale), visit.utility[brand],
            )  # fmt: skip
        elif world.reward_rate[slot] > 0.0:
            columns = (visit.seat, visit.saved, visit.often, visit.minds_worth, visit.cares)
            members = _find_members(
                visit.who, block.active, block.week, brand, slot, state.member, state.points, state.pace,
                state.bought_week, world.pace_kept, state.price_weight, state.reward_interest, *columns,
            )  # fmt: skip
            _add_reward(
                members, *columns, world.reward_rate[slot] * params.face_value_counted, world.threshold[slot],
                100.0 * world.list_price[brand], float(scheme.expiry_weeks), world.accrues[slot], params.goal_gradient,
                visit.utility[brand],
            )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="loyalty_scheme",
    phase=Phase.SEARCH,
    order=70,
    does="what the reward a member saves for is worth at the moment of choice",
    params=Params,
    state=(Field("reward_interest", ("N",), "float32", "", "interest in rewards, mean 1", fill=1, fixed=True),),
    visit=(
        Field("minds_rewards", ("V",), "float32", "", "interest in rewards of the shopper"),
        Field("seat", ("V",), "uint32", "visit", "visits of members of the scheme at hand"),
        Field("saved", ("V",), "float32", "points", "points that each of them holds"),
        Field("often", ("V",), "float32", "purchases/week", "how often each of them feels it buys the brand"),
        Field("minds_worth", ("V",), "float32", "utility", "price sensitivity of each, then what its reward is worth"),
        Field("cares", ("V",), "float32", "", "interest in rewards of each of them"),
        Field("held", ("S", "V"), "float32", "points", "points held in each scheme"),
    ),
    reads=(
        "who",
        "member",
        "points",
        "pace",
        "bought_week",
        "pace_kept",
        "price_weight",
        "threshold",
        "reward_rate",
        "accrues",
        "list_price",
        "reward_interest",
    ),
    writes=("minds_rewards", "held", "seat", "saved", "often", "minds_worth", "cares", "utility"),
    commercial=True,
    setup=setup,
    on_visit=on_visit,
)
