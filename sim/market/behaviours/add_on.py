"""The add-on: after use, some buyers take what goes with the product, sooner when satisfied (the Multiplier moment).

An accessory, a refill, a larger size: a share of the product's price, sold on the product's terms. The chance is
logistic in what the brand does at the Multiplier moment and in satisfaction with this purchase.
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
from sim.market.state import Field
from sim.market.week import Behaviour, Phase

f = np.float32
MULTIPLIER = LEVERS.index("multiplier")


class Params(BaseParams):
    """How often add-ons are taken, and what they cost."""

    chance: float = dial(
        0.05, "chance that an averagely satisfied buyer takes the add-on", plausible=(0.01, 0.2), gt=0, lt=1,
        source="formulas §3: logit .05",
    )  # fmt: skip
    pull: float = dial(
        0.3, "rise of its logit with satisfaction", unit="logit/sd", plausible=(0, 0.8), ge=0, le=10,
        source="formulas §3",
    )  # fmt: skip
    price: float = dial(
        0.3, "price of the add-on", unit="share of list price", plausible=(0.1, 1), ge=0, le=10,
        source="assumption: an accessory or refill",
    )  # fmt: skip


def open_week(market: Market) -> None:
    """Price the add-ons, and judge how well each brand offers them."""
    params = market.params["add_on"]
    assert isinstance(params, Params)
    world = market.world
    world.add_on_logit[:] = np.log(params.chance / (1.0 - params.chance)) + world.lift[MULTIPLIER]
    world.add_on_size[:] = params.price
    world.add_on_price[:] = np.rint(100.0 * params.price * world.list_price)
    world.add_on_wholesale[:] = np.rint(params.price * world.wholesale)


@kernel
def _offer(
    who: Array, count: int, choice: Array, retailer: Array, satisfaction: Array, logit: Array, pull: float,
    price: Array, wholesale: Array, at: Word, why: Word, k0: Word, k1: Word, taking: Array, add_ons: Array,
    spending: Array, revenue: Array, margin: Array,
) -> None:  # fmt: skip
    for j in range(count):
        taking[j] = logit[choice[j]]
    for j in range(count):
        w0, _, _, _ = philox(np.uint64(who[j]), at, np.uint64(0), why, k0, k1)
        taking[j] = f(unit(w0) < sigmoid(taking[j] + f(pull) * satisfaction[j]))
    for j in range(count):
        if taking[j] > f(0):
            b, r = choice[j], retailer[j]
            add_ons[b] += 1
            spending[b] += price[b]
            revenue[b] += wholesale[r, b]
            margin[r] += price[b] - wholesale[r, b]


def on_visit(block: Block) -> None:
    """Offer every buyer of the round an add-on."""
    params = block.params("add_on")
    assert isinstance(params, Params)
    visit, world, tally = block.visit, block.world, block.tally
    _offer(
        visit.who, block.count, visit.choice, visit.retailer, visit.satisfaction, world.add_on_logit, params.pull,
        world.add_on_price, world.add_on_wholesale, block.at, block.draw("add_on/take"), *block.key, visit.taking,
        tally.add_ons, tally.spending, tally.revenue, tally.retailer_margin,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="add_on",
    phase=Phase.USE,
    order=30,
    does="offers what goes with the product, taken sooner by the satisfied",
    params=Params,
    world=(
        Field("add_on_size", ("1",), "float64", "units", "what of a unit an add-on is, in price and in cost of goods"),
        Field("add_on_logit", ("B",), "float64", "logit", "chance that an average buyer takes the add-on"),
        Field("add_on_price", ("B",), "int64", "cents", "price of the add-on"),
        Field("add_on_wholesale", ("R", "B"), "int64", "cents", "what a retailer pays a brand for the add-on"),
    ),
    visit=(Field("taking", ("V",), "float32", "", "whether the buyer takes the add-on"),),
    tallies=(Field("add_ons", ("B",), "int64", "units", "add-ons sold"),),
    reads=("who", "choice", "retailer", "satisfaction", "lift", "list_price", "wholesale"),
    writes=(
        "add_on_size", "add_on_logit", "add_on_price", "add_on_wholesale", "taking", "add_ons", "spending", "revenue",
        "retailer_margin",
    ),
    open_week=open_week,
    on_visit=on_visit,
)  # fmt: skip
