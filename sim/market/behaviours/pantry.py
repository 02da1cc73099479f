"""Stock at home: purchases follow consumption, and deals bring them forward.

What is consumed is what is bought in the long run, so the stock corrects itself: the chance to buy is the shopper's
rate times exp(-k x stock), a self-correcting point process (Isham & Westcott 1979). Intervals are then more regular
than exponential ones, as panels show (Chatfield & Goodhardt 1973), while the mean number of purchases over years stays
the shopper's rate. A good price for its last brand makes a shopper buy sooner, and then later: purchases are brought
forward, not added (Neslin, Henderson & Quelch 1985). Off, needs are exactly Poisson.
"""

import numpy as np
from pydantic import Field as Setting

from sim.market import chance
from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import exp
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase

f = np.float32
PATHS = 4000
PURCHASES_TO_REST = 30.0


class Params(BaseParams):
    """How strongly stock and deals move purchases in time."""

    on: bool = Setting(False, description="whether stock at home matters; off, needs are exactly Poisson")
    correction: float = dial(
        0.5, "fall of the logarithm of the chance to buy with one purchase's worth of stock", plausible=(0.2, 1.5),
        ge=0, le=5, source="assumption: intervals between exponential and Erlang-2 (Chatfield & Goodhardt 1973)",
    )  # fmt: skip
    deals: float = dial(
        2.0, "rise of the logarithm of the chance to buy with the logarithm of how good this week's price is",
        plausible=(0, 5), ge=0, le=20,
        source="assumption: purchase acceleration is real and modest (Neslin, Henderson & Quelch 1985)",
    )  # fmt: skip
    usual_half_life: float = dial(
        13.0, "half-life of what shoppers take for a brand's usual best price", unit="weeks", plausible=(4, 52), gt=0,
        le=1000, source="assumption: reference prices follow the last dozen prices (Kalyanaram & Winer 1995)",
    )  # fmt: skip


def stocks_at_rest(correction: float, seed: int) -> np.ndarray:
    """Return stocks as a self-correcting process leaves them, in purchases, sorted. Shape (PATHS,).

    Time is counted in mean intervals between purchases, so that one distribution serves every purchase rate. As the
    stock falls evenly, the chance to buy rises exponentially, and the wait for a purchase can be drawn exactly.
    """
    stock, left = np.zeros(PATHS), np.full(PATHS, PURCHASES_TO_REST)
    n = 0
    while left.any():
        wait = -np.log(chance.uniforms(seed, "pantry/rest", np.arange(PATHS), index=n)[0])
        if correction > 0:
            wait = np.log1p(correction * wait * np.exp(correction * stock)) / correction
        wait = np.minimum(wait, left)
        stock += (wait < left) - wait
        left -= wait
        n += 1
    return np.sort(stock)


def setup(market: Market) -> None:
    """Give every shopper a stock at rest."""
    params = market.params["pantry"]
    assert isinstance(params, Params)
    rest = stocks_at_rest(params.correction, market.seed)
    u = chance.uniforms(market.seed, "pantry/stock", np.arange(market.spec.shoppers))[0]
    market.state.at_home[:] = rest[(u * PATHS).astype(np.int64)]


def open_week(market: Market) -> None:
    """Hold this week's best price of each brand against what is usual; the last entry is for who has no brand."""
    params = market.params["pantry"]
    assert isinstance(params, Params)
    world = market.world
    best = np.log(np.where(world.carried, world.posted, np.inf).min(axis=0))
    if not world.usual_price.any():
        world.usual_price[:] = best
    world.urge_of_deal[:] = params.deals * (world.usual_price - best)
    kept = 0.5 ** (1.0 / params.usual_half_life)
    world.usual_price[:] = kept * world.usual_price + (1.0 - kept) * best


@kernel
def _crave(
    first: int, last: int, correction: float, rate: Array, saver: Array, held_back: float, last_brand: Array,
    urge: Array, at_home: Array, appetite: Array,
) -> None:  # fmt: skip
    """Work out how much sooner or later than usual each shopper would buy, and consume.

    What is bought in a week makes up for what is consumed in it, so the stock before both counts. A week is one step,
    in which the stock of a heavy buyer could swing past its rest and out of bounds: an implicit step, with
    k / (1 + k x consumption) for k, takes it back towards rest at any rate, and is k itself for light buyers.
    """
    for j in range(last - first):
        b = last_brand[first + j]
        appetite[j] = f(0) if b < 0 else f(urge[b])
    stock, usual, saves = at_home[first:last], rate[first:last], saver[first:last]
    for j in range(last - first):
        eats = usual[j] * (f(1) - f(held_back) * f(saves[j]))
        pull = f(correction) / (f(1) + f(correction) * eats)
        appetite[j] = exp(appetite[j] - pull * stock[j])
        stock[j] -= eats


def on_shoppers(block: Block) -> None:
    """Let the shoppers of the block consume, and see how much they crave."""
    params = block.params("pantry")
    assert isinstance(params, Params)
    _crave(
        block.first, block.last, params.correction, block.state.rate, block.state.saver,
        block.world.held_back[0], block.state.last_brand, block.world.urge_of_deal,
        block.state.at_home, block.visit.appetite,
    )  # fmt: skip


BEHAVIOUR = Behaviour(
    name="pantry",
    phase=Phase.NEED,
    order=5,
    does="stock at home regulates when shoppers buy; deals bring purchases forward",
    params=Params,
    state=(Field("at_home", ("N",), "float32", "purchases", "stock at home beyond what is usual"),),
    world=(
        Field("usual_price", ("B",), "float64", "ln(money)", "best price that shoppers are used to"),
        Field("urge_of_deal", ("B",), "float64", "", "rise of ln(chance to buy) by this week's best price"),
    ),
    visit=(Field("appetite", ("V",), "float32", "", "factor on each shopper's purchase rate", fill=1),),
    reads=("rate", "saver", "held_back", "last_brand", "posted", "carried"),
    writes=("at_home", "appetite", "usual_price", "urge_of_deal"),
    setup=setup,
    open_week=open_week,
    on_shoppers=on_shoppers,
)
