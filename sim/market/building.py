"""How a market is filled when it is built, and what a fork of it takes over."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.market import chance, draws
from sim.market.brands.capability import CAPABILITY_FIELDS
from sim.market.brands.strategy import STRATEGY_FIELDS
from sim.market.spec import Intervention, MarketSpec
from sim.market.state import NEVER, Field
from sim.market.world.reviews import seed_platform

if TYPE_CHECKING:
    from sim.market.market import Market

AGES = 512  # weeks after which a memory is taken to be as old as it can be
WORD_AGES = 64
SHOPPERS = (
    Field("expertise", ("N",), "float32", "", "how expert the shopper is, 0 to 1"),
    Field(
        "price_sensitivity",
        ("N",),
        "float32",
        "utility/ln(cost)",
        "weight of price in utility in ordinary times",
        fixed=True,
    ),
    Field("price_weight", ("N",), "float32", "utility/ln(cost)", "weight of price in utility as things are now"),
    Field("impatience", ("N",), "float32", "", "how little trouble the shopper puts up with, mean 1", fixed=True),
    Field("main_shop", ("N",), "int8", "retailer", "where the shopper goes first; -1 chooses brands first", fixed=True),
    Field("saver", ("N",), "uint8", "yes/no", "whether hardship makes the shopper save", fixed=True),
    Field("trips", ("N",), "uint8", "visits", "visits of the shopper in the week at hand"),
    Field("preferred", ("N",), "int8", "brand", "preferred brand at the last poll; -1 none", fill=-1),
)
WORLD = (
    Field("list_price", ("B",), "float64", "money", "list price this week"),
    Field("list_price_start", ("B",), "float64", "money", "list price at the start"),
    Field("level", ("B",), "float64", "sd of experience", "level of experience beside the market's"),
    Field("impatience_now", ("1",), "float64", "", "factor on everybody's impatience", fill=1),
    Field("posted", ("R", "B"), "float64", "money", "price of each brand at each retailer this week"),
    Field("extras", ("R",), "float64", "money", "what a purchase at the shop costs beside the price, as it counts"),
    Field("carried", ("R", "B"), "bool", "yes/no", "whether the retailer carries the brand"),
    Field("trust", ("1",), "float64", "", "weight of a brand's own promise in what is expected, against a norm of 1"),
    Field("held_back", ("1",), "float64", "", "share of savers' needs that hardship postpones"),
    Field("people_changed", ("1",), "int64", "week", "when weights or expertise of shoppers last changed", fill=NEVER),
    Field("constant", ("B",), "float64", "utility", "fitted constant that keeps undisturbed shares put"),
    *CAPABILITY_FIELDS,
    *STRATEGY_FIELDS,
)

VISITS_A_BLOCK = 8000
"""Visits of a block and round that keep its scratch space within a core's own cache."""

SHARED = (
    "spec", "behaviours", "params_start", "params", "plan", "seed", "key", "purposes", "burn_in", "week", "threads",
    "brand_keys", "retailer_keys", "brand_specs", "retailer_specs", "shares", "scheme_brands", "slot_of", "sizes",
    "block_size", "ties",
)  # fmt: skip
"""What a fork takes over as it is, because it never changes or is replaced and not filled."""


def let(market: "Market", hook: str) -> None:
    """Let every behaviour that has a hook on the market do its part, in the order of a week."""
    for behaviour in market.plan.having(hook):
        act = getattr(behaviour, hook)
        act(market)


def draw_traits(market: "Market") -> None:
    """Draw how expert each shopper is and how it minds prices."""
    spec, seed = market.spec, market.seed
    people = spec.population
    market.state.expertise[:] = draws.betas(
        seed, "market/expertise", spec.shoppers, people.expertise.mean, people.expertise.spread
    )
    market.state.price_sensitivity[:] = draws.lognormals(
        seed, "market/price_sensitivity", spec.shoppers, people.price_sensitivity, people.price_sensitivity_spread
    )
    market.state.impatience[:] = draws.lognormals(
        seed, "market/impatience", spec.shoppers, 1.0, people.impatience_spread
    )
    _draw_main_shops(market)
    market.state.price_weight[:] = market.state.price_sensitivity


def _draw_main_shops(market: "Market") -> None:
    """Draw who comes for a shop, and for which."""
    weight = np.cumsum([shop.share for shop in market.retailer_specs])
    first, which = chance.uniforms(market.seed, "market/main_shop", np.arange(market.spec.shoppers))[:2]
    shop = np.minimum(np.searchsorted(weight, which * weight[-1], side="right"), len(weight) - 1)
    market.state.main_shop[:] = np.where(first < market.spec.population.shop_first, shop, -1)


def fill_world(market: "Market") -> None:
    """Set prices, levels, capabilities at rest, and the constants fitted in the undisturbed market."""
    world, spec = market.world, market.spec
    world.list_price_start[:] = [brand.price for brand in market.brand_specs]
    world.list_price[:] = world.list_price_start
    drawn = 0.35 * chance.normals(market.seed, "market/level", np.arange(len(market.shares)))
    world.level[:] = [
        drawn[k] if brand.quality is None else brand.quality for k, brand in enumerate(market.brand_specs)
    ]
    for r, shop in enumerate(market.retailer_specs):
        world.carried[r] = [shop.assortment is None or key in shop.assortment for key in market.brand_keys]
    world.stock[:] = 1.0
    world.customers[:] = 1.0
    calibrated = spec.calibrated
    if calibrated is not None:
        world.constant[:] = [calibrated.constants[key] for key in market.brand_keys]
        world.satisfaction_centre[:] = calibrated.satisfaction_centre
        world.talk_centre[:] = calibrated.talk_centre
        reviews = np.array([calibrated.reviews[key] for key in market.brand_keys]) * spec.shoppers / 1000.0
        seed_platform(market, reviews)
    elif not _reviews_in_stars(market):
        seed_platform(market, np.tile([0.0, 0.0, 1.0, 0.0, 0.0], (len(market.shares), 1)), score_by_star=False)


def _reviews_in_stars(market: "Market") -> bool:
    return bool(getattr(market.params.get("advocacy"), "in_stars", True))


def brands_with_schemes(spec: MarketSpec, more: set[str]) -> tuple[int, ...]:
    """Return the brands that have a scheme, now or at any time to come."""
    return tuple(
        k
        for k, (key, brand) in enumerate(spec.brands.items())
        if brand.scheme.offers or brand.matches_schemes or key in more
    )


def block_size(spec: MarketSpec, threads: int = 1) -> int:
    """Choose even blocks with some thousands of visits each; a matter of speed that no result depends on."""
    visits = max(min(spec.category.purchase_rate, 1.0), 0.02)
    most = int(min(max(VISITS_A_BLOCK / visits, 4096), 65536, spec.shoppers))
    blocks = -(-spec.shoppers // most)
    if blocks > 1:
        blocks = -(-blocks // threads) * threads
    return -(-spec.shoppers // blocks)


def brands_starting_schemes(timeline: Sequence[Intervention]) -> set[str]:
    """Return the brands whose scheme a timeline touches."""
    return {c.brand for c in timeline if c.brand and any(path.split(".")[0] == "scheme" for path in c.set)}


def share_of(market: "Market", brand: int) -> float:
    """Return a brand's share of the units of the week."""
    units = market.tally.units
    return float(units[brand] / max(units.sum(), 1))
