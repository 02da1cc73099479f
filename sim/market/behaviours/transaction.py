"""Paying: one unit of the chosen brand at the lowest price found; money is counted in whole cents.

The retailer pays the brand the list price less the retailer's margin, whatever it charges the shopper.
"""

import numpy as np

from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.market import Market
from sim.market.state import NEVER, Field
from sim.market.week import Behaviour, Phase


class Params(BaseParams):
    """Paying has no parameter of its own: margins belong to the retailers."""


def open_week(market: Market) -> None:
    """Work out what each retailer pays each brand for a unit."""
    margins = np.array([[1.0 - r.margin] for r in market.retailer_specs])
    market.world.wholesale[:] = np.rint(market.world.list_price * margins * 100.0)


@kernel
def _pay(
    who: Array, count: int, week: int, choice: Array, cost: Array, shop: Array, wholesale: Array, paid: Array,
    at: Array, previous_week: Array, last_brand: Array, bought_week: Array, units: Array, spending: Array,
    revenue: Array,
) -> None:  # fmt: skip
    for j in range(count):
        b = choice[j]
        cents = np.int32(np.rint(np.float64(cost[b, j]) * 100.0))
        retailer = shop[b, j]
        paid[j] = cents
        at[j] = retailer
        units[b] += 1
        spending[b] += cents
        revenue[b] += wholesale[retailer, b]
        i = who[j]
        previous_week[j] = bought_week[i, b]
        bought_week[i, b] = week
        last_brand[i] = b


def on_visit(block: Block) -> None:
    """Let every shopper of the round pay for its choice."""
    visit, tally = block.visit, block.tally
    if not block.market.plan.is_written("cost"):
        visit.cost[:, : block.count] = block.world.list_price[:, None]
    _pay(
        visit.who, block.count, block.week, visit.choice, visit.cost, visit.shop, block.world.wholesale, visit.paid,
        visit.retailer, visit.previous_week, block.state.last_brand, block.state.bought_week,
        tally.units, tally.spending, tally.revenue,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="transaction",
    phase=Phase.BUY,
    order=10,
    does="pays for one unit of the chosen brand at the lowest price found",
    params=Params,
    state=(
        Field("last_brand", ("N",), "int8", "brand", "brand bought last; -1 none", fill=-1),
        Field("bought_week", ("N", "B"), "int16", "week", "week of the last purchase of the brand", fill=NEVER),
    ),
    world=(Field("wholesale", ("R", "B"), "int64", "cents", "what a retailer pays a brand for a unit"),),
    visit=(
        Field("previous_week", ("V",), "int16", "week", "week of the purchase of the chosen brand before this one"),
        Field("paid", ("V",), "int32", "cents", "price paid"),
        Field("retailer", ("V",), "uint8", "retailer", "where it was paid"),
        Field("cost", ("B", "V"), "float32", "money", "lowest price found"),
        Field("shop", ("B", "V"), "uint8", "retailer", "who quotes the lowest price found"),
    ),
    tallies=(
        Field("units", ("B",), "int64", "units", "units sold"),
        Field("spending", ("B",), "int64", "cents", "what shoppers paid"),
        Field("revenue", ("B",), "int64", "cents", "what retailers paid the brand"),
    ),
    reads=("who", "choice", "cost", "shop", "wholesale", "list_price", "bought_week"),
    writes=(
        "previous_week",
        "bought_week",
        "paid",
        "retailer",
        "cost",
        "last_brand",
        "wholesale",
        "units",
        "spending",
        "revenue",
    ),
    open_week=open_week,
    on_visit=on_visit,
)
