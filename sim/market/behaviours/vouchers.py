"""Vouchers: mailed to every member at fixed intervals, taken at the till if they are remembered.

Nobody's voucher is stored. A member holds one if the last mailing is at most so many weeks ago and it has not bought
the brand since; whoever forgets it at the till has lost it. The brand reimburses the retailer: what the shopper pays,
what the brand is paid and what the retailer keeps stay as they are, and the face value is a cost of the brand and a
gift to the shopper. Points accrue on the price as it is. Vouchers in hand when mailings stop are still taken; where
one would have come by the rhythm so far, its absence is noted in `voucher_off`.
"""

import numpy as np

from sim.market.block import Block
from sim.market.brands.strategy import winds_up
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.market import Market
from sim.market.state import NEVER, Field
from sim.market.week import Behaviour, Phase
from sim.market.world.cards import VOUCHER_FIELDS

WITHHELD = -1
"""In `voucher_off`: a voucher that would have come, had mailings not stopped."""


class Params(BaseParams):
    """Vouchers have no parameter of their own: their terms belong to the schemes."""


def setup(market: Market) -> None:
    """Bring the terms up to date, by which joining is judged at rest."""
    for slot, brand in enumerate(market.scheme_brands):
        if market.brand_specs[brand].scheme.mails_vouchers:
            _take_terms(market, slot, brand)


def _take_terms(market: Market, slot: int, brand: int) -> None:
    world, scheme = market.world, market.brand_specs[brand].scheme
    world.voucher_value[slot] = scheme.voucher_value
    world.voucher_use[slot] = scheme.voucher_use
    world.voucher_weeks[slot] = scheme.voucher_weeks
    world.voucher_every[slot] = scheme.voucher_every
    world.voucher_year[slot] = scheme.voucher_value * scheme.voucher_use * 52.0 / scheme.voucher_every
    world.voucher_span[slot] = min(scheme.voucher_weeks + 1, scheme.voucher_every)


def open_week(market: Market) -> None:
    """Mail vouchers where they are due."""
    world, week = market.world, market.week
    for slot, brand in enumerate(market.scheme_brands):
        scheme, mailed = market.brand_specs[brand].scheme, int(world.voucher_mailed[slot])
        mails = scheme.mails_vouchers and not winds_up(market, brand)
        if not mails:
            world.voucher_year[slot] = 0.0  # there is nothing to join for
            if mailed == NEVER:
                continue
        if mailed == NEVER or week - mailed >= (scheme.voucher_every if mails else world.voucher_every[slot]):
            world.voucher_mailed[slot], world.voucher_real[slot] = week, mails
            if mails:
                _take_terms(market, slot, brand)
        in_hand = week - world.voucher_mailed[slot] <= world.voucher_weeks[slot]
        world.voucher_since[slot] = world.voucher_mailed[slot] if in_hand else NEVER
        face = round(100.0 * world.voucher_value[slot] * world.list_price[brand])
        world.voucher_cents[slot] = (face if world.voucher_real[slot] else WITHHELD) if in_hand else 0


@kernel
def _take(
    who: Array, count: int, choice: Array, paid: Array, previous_week: Array, slot_of: Array, since: Array,
    cents: Array, use: Array, member: Array, at: Word, why: Word, k0: Word, k1: Word, off: Array, taken: Array,
    cost: Array,
) -> None:  # fmt: skip
    for j in range(count):
        off[j] = 0
        slot = slot_of[choice[j]]
        if slot < 0 or previous_week[j] >= since[slot] or not member[who[j], slot]:
            continue
        w0, _, _, _ = philox(np.uint64(who[j]), at, np.uint64(0), why, k0, k1)
        if unit(w0) < use[slot]:
            off[j] = min(cents[slot], paid[j])
            if off[j] > 0:
                taken[slot] += 1
                cost[choice[j]] += off[j]


def on_visit(block: Block) -> None:
    """Let members who hold a voucher use it, if they remember."""
    visit, world, tally, count = block.visit, block.world, block.tally, block.count
    if np.count_nonzero(world.voucher_cents) == 0:
        visit.voucher_off[:count] = 0
        return
    _take(
        visit.who, count, visit.choice, visit.paid, visit.previous_week, block.market.slot_of, world.voucher_since,
        world.voucher_cents, world.voucher_use, block.state.member, block.at, block.draw("vouchers/use"), *block.key,
        visit.voucher_off, tally.vouchers_taken, tally.voucher_cost,
    )  # fmt: skip


OWN = (
    *("voucher_every", "voucher_weeks", "voucher_mailed", "voucher_real", "voucher_since", "voucher_cents"),
    *(field.name for field in VOUCHER_FIELDS),
)

BEHAVIOUR = Behaviour(
    name="vouchers",
    phase=Phase.BUY,
    order=15,
    does="mailed to members at intervals, and taken at the till if remembered",
    params=Params,
    world=(
        *VOUCHER_FIELDS,
        Field("voucher_every", ("S",), "int64", "weeks", "weeks between two mailings"),
        Field("voucher_weeks", ("S",), "int64", "weeks", "weeks in which vouchers of the last mailing are taken"),
        Field("voucher_mailed", ("S",), "int64", "week", "week of the last mailing, or in which one was due",
              fill=NEVER),
        Field("voucher_real", ("S",), "bool", "yes/no", "whether that mailing was made"),
        Field("voucher_since", ("S",), "int64", "week", "who has not bought since holds a voucher; nobody if never",
              fill=NEVER),
        Field("voucher_cents", ("S",), "int64", "cents", "face value in hand this week; -1 of one that did not come"),
    ),
    visit=(Field("voucher_off", ("V",), "int32", "cents", "worth of the voucher taken; -1 for one that did not come"),),
    tallies=(
        Field("vouchers_taken", ("S",), "int64", "vouchers", "vouchers taken at the till"),
        Field("voucher_cost", ("B",), "int64", "cents", "face value of the vouchers taken, which the brand bears"),
    ),
    reads=("who", "choice", "paid", "previous_week", "member", "list_price", *OWN),
    writes=(*OWN, "voucher_off", "vouchers_taken", "voucher_cost"),
    setup=setup,
    open_week=open_week,
    on_visit=on_visit,
)  # fmt: skip
