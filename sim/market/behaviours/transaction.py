"""Buying: first contact, completion, and paying one unit of the chosen brand; money is counted in whole cents.

A sale is lost at the first contact (the brand is not to be had there, or nobody answers) or on the way to the till,
sooner by friction and by impatience. A lost sale is no lost need: the shopper looks again, afresh over all brands, and
after some attempts waits for next week. So equal losses leave shares alone. The retailer pays the brand the list price
less the retailer's margin, whatever it charges the shopper, and keeps its fee.
"""

import numpy as np

from sim.market.block import Block
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import sigmoid
from sim.market.market import Market
from sim.market.spec import LEVERS
from sim.market.state import NEVER, Field
from sim.market.week import Behaviour, Phase

f = np.float32
CERTAIN = 100.0
"""A logit at which a chance is one."""
FIRST_CONTACT, COMPLETION = LEVERS.index("first_contact"), LEVERS.index("transaction")


class Params(BaseParams):
    """How often sales are lost."""

    losing: bool = dial(
        True, "whether sales can be lost where the brand is to be had",
        source="model §2: a switch, off in the reference workload",
    )  # fmt: skip
    contact: float = dial(
        0.9, "chance to win the first contact at the category's norm", plausible=(0.7, 0.98), gt=0, lt=1,
        source="formulas §3: c_k; out-of-stock alone loses 8 % (Gruen, Corsten & Bharadwaj 2002)",
    )  # fmt: skip
    completion: float = dial(
        0.95, "chance to complete a purchase once begun, at the category's norm", plausible=(0.7, 0.99), gt=0, lt=1,
        source="formulas §3: c_k",
    )  # fmt: skip
    friction: float = dial(
        0.5, "fall of the logit of completion with impatience beyond the mean", unit="logit", plausible=(0, 1.5), ge=0,
        le=10, source="assumption: twice the impatience loses 7 instead of 5 in a hundred",
    )  # fmt: skip
    attempts: int = dial(
        3, "attempts to buy in one week before the shopper waits for the next", unit="attempts", plausible=(1, 5), ge=1,
        le=20, source="formulas §3: three rounds, then next week",
    )  # fmt: skip


def open_week(market: Market) -> None:
    """Work out what each retailer pays each brand for a unit, and how often each brand wins a contact and a sale."""
    params = market.params["transaction"]
    assert isinstance(params, Params)
    world = market.world
    margins = np.array([[1.0 - r.margin] for r in market.retailer_specs])
    world.wholesale[:] = np.rint(world.list_price * margins * 100.0)
    world.fee_cents[:] = [round(100.0 * r.fee) for r in market.retailer_specs]
    world.contact_logit[:] = np.log(params.contact / (1.0 - params.contact)) + world.lift[FIRST_CONTACT]
    world.completion_logit[:] = np.log(params.completion / (1.0 - params.completion)) + world.lift[COMPLETION]
    if not params.losing:
        world.contact_logit[:] = world.completion_logit[:] = CERTAIN
    world.service[:] = [r.service for r in market.retailer_specs]


@kernel
def _try(
    who: Array, count: int, choice: Array, shop: Array, contact: Array, completion: Array, service: Array,
    impatience: Array, friction: float, trend: float, at: Word, why: Word, k0: Word, k1: Word, met: Array, won: Array,
) -> None:  # fmt: skip
    """Draw for each visit whether the first contact is won, and whether the sale is completed."""
    for j in range(count):
        b = choice[j]
        r = shop[b, j]
        here = r < service.size
        met[j] = contact[b] if here else f(-100)
        won[j] = f(completion[b]) + f(friction) * (f(1) - f(trend) * impatience[who[j]])
        if here:
            won[j] += f(service[r])
    for j in range(count):
        w0, w1, _, _ = philox(np.uint64(who[j]), at, np.uint64(0), why, k0, k1)
        met[j] = f(unit(w0) < sigmoid(met[j]))
        won[j] = f(unit(w1) < sigmoid(won[j])) * met[j]


@kernel
def _part(
    who: Array, count: int, choice: Array, shop: Array, cost: Array, met: Array, won: Array, attempts: int,
    fresh: bool, trips: Array, lost: Array, unsettled: Array, postponed: Array, price: Array, retailer: Array,
    tried: Array, contacted: Array, completed: Array, waiting: Array,
) -> int:  # fmt: skip
    """Keep the visits that end in a sale, in their order; send the others round again, or home. Return how many."""
    n = 0
    for j in range(count):
        i, b = who[j], choice[j]
        lost[i] = np.uint8(0) if fresh else lost[i]
        price[n] = cost[b, j]
        retailer[n] = shop[b, j]
        tried[j] = b
        who[n] = i
        choice[n] = b
        contacted[b] += 1
        if won[j] > f(0):
            completed[b] += 1
            n += 1
            continue
        if met[j] == f(0):
            contacted[b] -= 1
        lost[i] += np.uint8(1)
        unsettled[i] = 1
        if lost[i] < attempts and trips[i] < 255:
            trips[i] += 1
        else:
            postponed[i] = min(np.uint32(postponed[i]) + np.uint32(1), np.uint32(255))
            waiting[0] += 1
    return n


@kernel
def _take_all(count: int, choice: Array, shop: Array, cost: Array, price: Array, retailer: Array, tried: Array) -> None:
    """Look up what every visit pays and where."""
    for j in range(count):
        b = choice[j]
        tried[j] = b
        price[j] = cost[b, j]
        retailer[j] = shop[b, j]


@kernel
def _pay(
    who: Array, count: int, week: int, choice: Array, price: Array, retailer: Array, extras: Array, fee: Array,
    wholesale: Array, paid: Array, previous_week: Array, last_brand: Array, bought_week: Array, units: Array,
    spending: Array, revenue: Array, margin: Array, fees: Array,
) -> None:  # fmt: skip
    for j in range(count):
        b, r, i = choice[j], retailer[j], who[j]
        cents = np.int32(np.rint((np.float64(price[j]) - extras[r]) * 100.0))
        paid[j] = cents
        units[b] += 1
        spending[b] += cents + fee[r]
        revenue[b] += wholesale[r, b]
        margin[r] += cents - wholesale[r, b]
        fees[b] += fee[r]
        previous_week[j] = bought_week[i, b]
        bought_week[i, b] = week
        last_brand[i] = b


@kernel
def _put_away(who: Array, count: int, at_home: Array) -> None:
    for j in range(count):
        at_home[who[j]] += f(1)


def on_visit(block: Block) -> None:
    """Let the visits of the round end in a sale or be lost, and those who buy pay."""
    params = block.params("transaction")
    assert isinstance(params, Params)
    visit, tally, state, world, plan = block.visit, block.tally, block.state, block.world, block.market.plan
    if not plan.is_written("cost"):
        visit.cost[:, : block.count] = world.list_price[:, None]
    if params.losing or not world.carried.all():
        _try(
            visit.who, block.count, visit.choice, visit.shop, world.contact_logit, world.completion_logit,
            world.service, state.impatience, params.friction, world.impatience_now[0], block.at,
            block.draw("transaction/try"), *block.key, visit.met, visit.won,
        )  # fmt: skip
        block.count = _part(
            visit.who, block.count, visit.choice, visit.shop, visit.cost, visit.met, visit.won,
            params.attempts, block.round == 0, state.trips, state.lost, state.unsettled, state.postponed,
            visit.price, visit.retailer, visit.tried, tally.contacted, tally.completed, tally.postponed_visits,
        )  # fmt: skip
    else:
        _take_all(block.count, visit.choice, visit.shop, visit.cost, visit.price, visit.retailer, visit.tried)
    _pay(
        visit.who, block.count, block.week, visit.choice, visit.price, visit.retailer, world.extras, world.fee_cents,
        world.wholesale, visit.paid, visit.previous_week, state.last_brand, state.bought_week, tally.units,
        tally.spending, tally.revenue, tally.retailer_margin, tally.fees,
    )  # fmt: skip
    if plan.is_written("appetite"):
        _put_away(visit.who, block.count, state.at_home)


BEHAVIOUR = Behaviour(
    name="transaction",
    phase=Phase.BUY,
    order=10,
    does="first contact, completion or a lost sale; pays for one unit at the lowest cost found",
    params=Params,
    state=(
        Field("last_brand", ("N",), "int8", "brand", "brand bought last; -1 none", fill=-1),
        Field("bought_week", ("N", "B"), "int16", "week", "week of the last purchase of the brand", fill=NEVER),
        Field("lost", ("N",), "uint8", "attempts", "sales lost in the week at hand"),
        Field("postponed", ("N",), "uint8", "visits", "purchases put off until next week"),
    ),
    world=(
        Field("wholesale", ("R", "B"), "int64", "cents", "what a retailer pays a brand for a unit"),
        Field("fee_cents", ("R",), "int64", "cents", "fee of a purchase"),
        Field("contact_logit", ("B",), "float64", "logit", "chance to win a first contact"),
        Field("completion_logit", ("B",), "float64", "logit", "chance to complete a purchase at mean impatience"),
        Field("service", ("R",), "float64", "logit", "how much smoother buying at the shop is"),
    ),
    visit=(
        Field("previous_week", ("V",), "int16", "week", "week of the purchase of the chosen brand before this one"),
        Field("paid", ("V",), "int32", "cents", "price paid"),
        Field("retailer", ("V",), "uint8", "retailer", "where it was paid"),
        Field("price", ("V",), "float32", "money", "total cost of the chosen brand"),
        Field("tried", ("V",), "uint8", "brand", "brand chosen at each visit, whether or not the sale was won"),
        Field("met", ("V",), "float32", "", "whether the first contact was won"),
        Field("won", ("V",), "float32", "", "whether the sale was completed"),
        Field("cost", ("B", "V"), "float32", "money", "lowest total cost found"),
        Field("shop", ("B", "V"), "uint8", "retailer", "who quotes the lowest total cost found"),
    ),
    tallies=(
        Field("contacted", ("B",), "int64", "visits", "first contacts won"),
        Field("completed", ("B",), "int64", "visits", "sales completed of those"),
        Field("postponed_visits", ("1",), "int64", "visits", "purchases put off until next week"),
        Field("units", ("B",), "int64", "units", "units sold"),
        Field("spending", ("B",), "int64", "cents", "what shoppers paid, fees included"),
        Field("revenue", ("B",), "int64", "cents", "what retailers paid the brand"),
        Field("retailer_margin", ("R",), "int64", "cents", "what retailers kept of the prices"),
        Field("fees", ("B",), "int64", "cents", "fees that retailers took from buyers of the brand"),
    ),
    reads=(
        "who", "choice", "cost", "shop", "lift", "list_price", "impatience", "impatience_now", "extras", "trips",
        "carried", "bought_week",
    ),
    writes=(
        "who", "choice", "trips", "unsettled", "at_home", "previous_week", "bought_week", "paid", "retailer", "price",
        "tried", "met", "won", "lost", "cost", "last_brand", "postponed", "wholesale", "fee_cents", "contact_logit",
        "completion_logit", "service", "contacted", "completed", "postponed_visits", "units", "spending", "revenue",
        "retailer_margin", "fees",
    ),
    open_week=open_week,
    on_visit=on_visit,
)  # fmt: skip
