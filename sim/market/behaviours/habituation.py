"""Rewards are felt, and come to be expected: what is given every time is no gift for long.

A reward redeemed adds to the experience of its purchase by what it is worth against the price, less what the member
has come to expect of the scheme: a level that moves towards what is felt by a constant share at every reward (the
adaptation level of Helson 1964; formulas §3: H <- H + .3 (reward - H)). It is held against the experience itself and
not only against the gap to expectation, in which half of the reward would go on to please for ever. A reward that
always comes thus adds nothing after some cycles, and one that stops coming takes away what was expected of it. Where
points have ended, purchases fall short by the share of them at which a card was full. Gestures are not known before
and never enter the level. Perks of gold members are part of the offer and no reward of its own.
"""

import numpy as np

from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase

f = np.float32


class Params(BaseParams):
    """How much a reward is felt, and how soon it is taken for granted."""

    reward_joy: float = dial(
        0.5, "experience that a reward worth the whole price adds while nobody expects it", unit="sd of experience",
        plausible=(0, 1.5), ge=0, le=10,
        source="assumption: a purchase for nothing is felt as half a standard deviation; not identified by public data",
    )  # fmt: skip
    rate: float = dial(
        0.3, "how far what is expected moves to the newest reward; 0 for no habituation", plausible=(0, 0.6), ge=0,
        le=1, source="formulas §3: habituation .3 per cycle",
    )  # fmt: skip


def finish_setup(market: Market) -> None:
    """Let members of schemes that ran before the start expect what they were given."""
    params = market.params["habituation"]
    assert isinstance(params, Params)
    for slot, brand in enumerate(market.scheme_brands):
        scheme = market.brand_specs[brand].scheme
        worth = scheme.reward_rate * scheme.threshold if scheme.reward_rate > 0 else 0.0
        if worth == 0.0 and scheme.mails_vouchers:
            worth = scheme.voucher_value
        if params.rate > 0:
            market.state.expects_reward[:, slot] = params.reward_joy * worth * market.state.member[:, slot]


@kernel
def _feel(
    who: Array, count: int, choice: Array, slot_of: Array, price: Array, redeemed: Array, off: Array, worth: Array,
    missed: Array, joy: float, rate: float, member: Array, expects: Array, uplift: Array,
) -> None:  # fmt: skip
    ended = missed.max() > 0.0
    for j in range(count):
        reward = redeemed[j] > 0 or off[j] != 0
        if not (reward or ended):
            continue
        slot, i = slot_of[choice[j]], who[j]
        if slot < 0 or not member[i, slot]:
            continue
        due = f(1) if reward else f(missed[slot])
        if due > f(0):
            given = f(redeemed[j]) * f(worth[slot]) + f(max(off[j], 0))
            felt = f(joy) * given / (f(100) * f(price[choice[j]]))
            gap = felt - due * expects[i, slot]
            uplift[j] += gap
            expects[i, slot] += f(rate) * gap


def open_week(market: Market) -> None:
    """Find where points have ended, and how often a card would have been full."""
    world = market.world
    prices = 100.0 * world.list_price[list(market.scheme_brands)]
    often = np.minimum(prices / np.maximum(world.threshold, 1), 1.0)
    world.rewards_missed[:] = np.where(world.ever & ~world.accrues, often, 0.0)


def on_visit(block: Block) -> None:
    """Let rewards be felt beyond what was expected, and be expected more."""
    market, visit, state, world = block.market, block.visit, block.state, block.world
    if np.count_nonzero(world.ever) + np.count_nonzero(world.voucher_cents) == 0:
        return
    params = block.params("habituation")
    assert isinstance(params, Params)
    if params.reward_joy == 0.0:
        return
    _feel(
        visit.who, block.count, visit.choice, market.slot_of, world.list_price, visit.points_redeemed,
        visit.voucher_off, world.reward_rate, world.rewards_missed, params.reward_joy, params.rate, state.member,
        state.expects_reward, visit.uplift,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="habituation",
    phase=Phase.BUY,
    order=30,
    does="rewards are felt, and come to be expected",
    params=Params,
    state=(
        Field("expects_reward", ("N", "S"), "float32", "sd", "what the shopper expects of a reward of the scheme"),
    ),
    world=(Field("rewards_missed", ("S",), "float64", "", "share of purchases that miss a reward since points ended"),),
    reads=(
        *("who", "choice", "member", "list_price", "points_redeemed", "voucher_off", "voucher_cents"),
        *("reward_rate", "threshold", "ever", "accrues", "expects_reward", "uplift"),
    ),
    writes=("expects_reward", "uplift", "rewards_missed"),
    finish_setup=finish_setup,
    open_week=open_week,
    on_visit=on_visit,
)  # fmt: skip
