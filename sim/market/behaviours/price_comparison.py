"""Comparing prices: experts draw more quotes and keep the lowest (Stigler 1961, "The economics of information").

Retailers post a price for every brand they carry each week, level x (1 +- dispersion), uniform. A shopper looks at the
quotes of a few retailers, drawn without replacement, so that the least of n quotes is on average low + range/(n + 1);
one who comes for a shop looks at that shop alone. What is compared is the total cost: price, fee, and the shop's time
and trouble, each with its weight, since people do not judge all costs alike (Morwitz, Greenleaf & Johnson 1998). Cost
acts relative to the brand's own cost at the start, so that price levels do not tilt calibrated shares.
"""

from typing import Literal

import numpy as np
from pydantic import Field as Setting

from sim.market.block import Block
from sim.market.chance import philox, unit
from sim.market.compiled import Array, Word, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.fastmath import ln
from sim.market.gather import pick
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase
from sim.market.world.personal_quotes import count_quotes, least_personal

f = np.float32
NOWHERE = 255
"""In `shop`: no shop that was looked at carries the brand."""
OUT_OF_REACH = 1e30
"""The cost of a brand that no shop looked at carries; its logarithm is finite."""
HOPELESS = f(-1e6)
"""What that does to its utility, however little a shopper minds prices: what is not there cannot be chosen."""


class Params(BaseParams):
    """How many quotes a shopper looks at, and how they count."""

    quotes_least: int = dial(
        1, "quotes seen by a shopper without expertise", unit="quotes", plausible=(1, 3), ge=1, le=20,
        source="Johnson et al. 2004: most purchases see one shop",
    )  # fmt: skip
    quotes_added: float = dial(
        1.2, "further quotes seen at full expertise", unit="quotes", plausible=(0.2, 4), ge=0, le=19,
        source="Johnson et al. 2004, De los Santos et al. 2012: 1.1 to 2 sites for everyday goods",
    )  # fmt: skip
    fee_weight: float = dial(
        1.0, "weight of a shop's fee against the price itself", plausible=(0.5, 2), ge=0, le=10,
        source="Morwitz, Greenleaf & Johnson 1998: partitioned prices are not judged alike; 1 judges them alike",
    )  # fmt: skip
    hassle_weight: float = dial(
        1.0, "weight of a shop's time and trouble against the price itself", plausible=(0.5, 2), ge=0, le=10,
        source="assumption: judged alike unless a scenario says",
    )  # fmt: skip
    quotes: Literal["posted", "personal"] = Setting(
        "posted",
        description="retailers post weekly prices for all, or each quote is drawn for one shopper alone",
    )
    form: Literal["relative", "absolute"] = Setting(
        "relative", description="utility falls with ln(cost / price at the start), or with cost in money"
    )


def open_week(market: Market) -> None:
    """Work out total costs, and renew what shoppers expect to save when dispersion, people or parameters changed."""
    params = market.params["price_comparison"]
    assert isinstance(params, Params)
    retailers = market.retailer_specs
    dispersion, world = np.array([r.price_dispersion for r in retailers]), market.world
    world.extras[:] = [params.fee_weight * r.fee + params.hassle_weight * r.hassle for r in retailers]
    world.quote[:] = np.where(world.carried, world.posted + world.extras[:, None], OUT_OF_REACH)
    _note_cost_at_rest(market)
    state = (params, tuple(retailers), int(world.people_changed[0]))
    if market.memo.get("price_comparison") != state:
        market.memo["price_comparison"] = state
        quotes = params.quotes_least + params.quotes_added * market.state.expertise
        if params.quotes == "posted":
            quotes = np.where(market.state.main_shop < 0, np.minimum(quotes, len(retailers)), 1.0)
        gain = market.state.price_weight * dispersion.mean() * (quotes - 1.0) / (quotes + 1.0)
        market.state.price_gain[:] = gain if params.form == "relative" else 0.0


def _note_cost_at_rest(market: Market) -> None:
    """Work out what a brand costs on average beside its price, and keep the total at the start."""
    world = market.world
    world.extras_expected[:] = world.extras @ world.carried / world.carried.sum(axis=0)
    if not world.cost_start.any():
        world.cost_start[:] = world.list_price_start + world.extras_expected


@kernel
def _go_to_main_shop(who: Array, count: int, main_shop: Array, mask: Array, quotes: Array) -> int:
    """Let those who come for a shop look at that shop alone; return how many quotes fewer are seen."""
    fewer = 0
    for j in range(count):
        shop = main_shop[who[j]]
        if shop >= 0:
            mask[j] = np.uint32(1) << np.uint32(shop)
            fewer += int(quotes[j]) - 1
            quotes[j] = 1
    return fewer


@kernel
def _decide_quotes(
    who: Array, count: int, active: int, expertise: Array, least: int, added: float, retailers: int, at: Word,
    why: Word, k0: Word, k1: Word, searches: Array, pool: Array, left: Array, quotes: Array,
) -> int:  # fmt: skip
    """Draw how many retailers each visit looks at, and the bits that say which; return the number of quotes in all."""
    total = 0
    for j in range(count):
        searches[j] = f(added) * expertise[who[j]]
    for j in range(count):
        a, b, c, _ = philox(np.uint64(who[j]), at, np.uint64(0), why, k0, k1)
        n = min(np.uint32(least) + np.uint32(searches[j] + unit(a)), np.uint32(retailers))
        left[j] = n if j < active else np.uint32(1)
        pool[j] = (b << np.uint64(32)) | c
    for j in range(count):
        quotes[j] = left[j]
        total += left[j]
    return total


@kernel
def _pick_shops(
    who: Array, count: int, retailers: int, at: Word, why: Word, k0: Word, k1: Word, pool: Array, left: Array,
    mask: Array,
) -> None:  # fmt: skip
    """Pick which retailers each visit looks at, without replacement, as bits: sixteen of the pool for each."""
    for j in range(count):
        mask[j] = 0
    for r in range(retailers):
        if r % 4 == 0 and r > 0:
            for j in range(count):
                _, b, c, _ = philox(np.uint64(who[j]), at, np.uint64(r // 4), why, k0, k1)
                pool[j] = (b << np.uint64(32)) | c
        others = np.uint64(retailers - r)
        for j in range(count):
            take = (pool[j] & np.uint64(0xFFFF)) * others < np.uint64(left[j]) << np.uint64(16)
            pool[j] >>= np.uint64(16)
            mask[j] |= np.uint32(take) << np.uint32(r)
            left[j] -= np.uint32(take)


@kernel
def _lowest(mask: Array, count: int, quote: Array, cost: Array, shop: Array) -> None:
    """Find the lowest total cost among the retailers looked at, and who quotes it."""
    one = np.uint32(1)
    for b in range(cost.shape[0]):
        least, at = cost[b], shop[b]
        for j in range(count):
            least[j] = f(OUT_OF_REACH)
            at[j] = np.uint8(NOWHERE)
        for r in range(quote.shape[0]):
            price, bit = f(quote[r, b]), np.uint32(r)
            for j in range(count):
                better = ((mask[j] >> bit) & one != 0) & (price < least[j])
                least[j] = price if better else least[j]
                at[j] = np.uint8(r) if better else at[j]


@kernel
def _add_cost(count: int, sensitivity: Array, cost: Array, start: Array, relative: bool, utility: Array) -> None:
    for b in range(utility.shape[0]):
        row, price, inverse = utility[b], cost[b], f(1.0 / start[b])
        if relative:
            for j in range(count):
                row[j] -= sensitivity[j] * ln(price[j] * inverse)
        else:
            for j in range(count):
                row[j] -= sensitivity[j] * price[j]


def _look(block: Block, params: Params) -> None:
    """Fill cost and shop of every visit and brand."""
    market, visit, world = block.market, block.visit, block.world
    if block.expected:
        visit.cost[:, : block.count] = (world.list_price + world.extras_expected)[:, None]
        return
    if params.quotes == "posted":
        draws = (block.at, block.draw("price_comparison/shops"), *block.key)
        block.tally.quotes[0] += _decide_quotes(
            visit.who, block.count, block.active, block.state.expertise, params.quotes_least, params.quotes_added,
            len(world.posted), *draws, visit.searches, visit.pool, visit.left, visit.quotes,
        )  # fmt: skip
        _pick_shops(visit.who, block.count, len(world.posted), *draws, visit.pool, visit.left, visit.shops)
        if market.spec.population.shop_first > 0:
            block.tally.quotes[0] -= _go_to_main_shop(
                visit.who, block.count, block.state.main_shop, visit.shops, visit.quotes
            )
        _lowest(visit.shops, block.count, world.quote, visit.cost, visit.shop)
        return
    block.tally.quotes[0] += count_quotes(
        visit.who, block.count, block.active, block.state.expertise, params.quotes_least, params.quotes_added,
        block.at, block.draw("price_comparison/shops"), *block.key, visit.quotes,
    )  # fmt: skip
    dispersion = float(np.mean([r.price_dispersion for r in market.retailer_specs]))
    low, span = world.list_price * (1.0 - dispersion) + world.extras[0], world.list_price * 2.0 * dispersion
    visit.shop[:, : block.count] = 0  # personal quotes are of the first shop
    least_personal(
        visit.who, block.count, visit.quotes, low, span,
        block.at, block.draw("price_comparison/personal"), *block.key, visit.cost, visit.spare,
    )  # fmt: skip


def on_visit(block: Block) -> None:
    """Look at quotes, keep the lowest, and subtract what it costs from the utility."""
    params = block.params("price_comparison")
    assert isinstance(params, Params)
    _look(block, params)
    visit = block.visit
    pick(block.state.price_weight, visit.who, block.active, visit.minds_price)
    _add_cost(
        block.active, visit.minds_price, visit.cost, block.world.cost_start, params.form == "relative", visit.utility
    )
    if not (block.expected or block.world.carried.all()):
        np.copyto(visit.utility[:, : block.active], HOPELESS, where=visit.shop[:, : block.active] == NOWHERE)


BEHAVIOUR = Behaviour(
    name="price_comparison",
    phase=Phase.SEARCH,
    order=30,
    does="experts draw more quotes of retailers and keep the lowest",
    params=Params,
    world=(
        Field("quote", ("R", "B"), "float64", "money", "total cost of each brand at each retailer this week"),
        Field("extras_expected", ("B",), "float64", "money", "what a purchase costs on average beside the price"),
        Field("cost_start", ("B",), "float64", "money", "total cost of each brand at list price at the start"),
    ),
    visit=(
        Field("cost", ("B", "V"), "float32", "money", "lowest total cost found"),
        Field("shop", ("B", "V"), "uint8", "retailer", "who quotes the lowest total cost found"),
        Field("shops", ("V",), "uint32", "bits", "which retailers are looked at"),
        Field("searches", ("V",), "float32", "quotes", "further quotes that the shopper is inclined to look at"),
        Field("pool", ("V",), "uint64", "bits", "chance by which shops are picked"),
        Field("left", ("V",), "uint32", "quotes", "quotes still to be picked"),
        Field("quotes", ("V",), "uint8", "quotes", "number of quotes looked at"),
        Field("minds_price", ("V",), "float32", "utility/ln(cost)", "price sensitivity of the shopper"),
        Field("spare", ("4", "V"), "float32", "", "scratch: rows for brands that do not exist"),
    ),
    tallies=(Field("quotes", ("1",), "int64", "quotes", "quotes seen"),),
    reads=(
        *("expertise", "price_weight", "people_changed", "list_price", "list_price_start", "main_shop", "carried"),
        "posted",
    ),
    writes=(
        *("extras", "quote", "extras_expected", "cost_start", "price_gain", "cost", "shop", "shops", "quotes"),
        *("searches", "pool", "left", "minds_price", "spare", "utility"),
    ),
    commercial=True,
    open_week=open_week,
    on_visit=on_visit,
)
