"""Small markets in which nothing happens but what is named, and standard errors over shoppers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market.block import Block
from sim.market.dials import Params
from sim.market.market import Market
from sim.market.record.recorder import Recorder
from sim.market.record.window import Window
from sim.market.spec import Brand, Category, Expertise, MarketSpec, Network, Population, Retailer
from sim.market.week import discover

ERRORS = 4.0
"""Standard errors allowed: a true law fails once in 16,000 seeds, and seeds are fixed."""

Estimate = tuple[Any, Any]
"""What was found, and its standard error."""

FOUND = discover()
CHOOSING = {"need": True, "taste": True, "choice": True, "transaction": True}
"""Needs, tastes, a choice and a purchase, and nothing else."""


def only(**on: bool | Params) -> dict[str, Params]:
    """Switch every behaviour off but those named, each with its defaults (`True`) or with parameters."""
    for name, given in on.items():
        assert name in FOUND, name
        assert given is True or isinstance(given, FOUND[name].params), name
    return {name: given if isinstance(given := on.get(name, False), Params) else _plain(name, given) for name in FOUND}


def _plain(name: str, on: bool) -> Params:
    """Return a behaviour's defaults; no sale is lost unless a test asks for it."""
    return FOUND[name].params(on=on, losing=False) if name == "transaction" else FOUND[name].params(on=on)


def market_spec(
    shares: Sequence[float],
    *,
    shoppers: int,
    rate: float = 1.0,
    K: float = 1000.0,
    S: float | None = None,
    beta: float = 4.7,
    expertise: float = 0.5,
    expertise_spread: float = 0.0,
    retailers: int = 1,
    dispersion: float = 0.0,
    price: float = 100.0,
    brands: dict[int, dict[str, Any]] | None = None,
    **other: Any,
) -> MarketSpec:
    """Describe a market of equal shoppers at one retailer without talk; every difference must be asked for."""
    shares = np.asarray(shares) / np.sum(shares)
    own = brands or {}
    return MarketSpec(
        shoppers=shoppers,
        population=Population(
            expertise=Expertise(mean=expertise, spread=expertise_spread),
            price_sensitivity=beta,
            price_sensitivity_spread=0.0,
            sociability_spread=0.0,
        ),
        category=Category(purchase_rate=rate, rate_shape=K, taste_concentration=S),
        brands={
            f"brand_{k}": Brand(**{"share": share, "price": price, "quality": 0.0, **own.get(k, {})})
            for k, share in enumerate(shares)
        },
        retailers={f"shop_{r}": Retailer(price_dispersion=dispersion) for r in range(retailers)},
        **{"network": Network(kind="none"), **other},
    )


def run(market: Market, weeks: int) -> Market:
    """Let weeks pass."""
    for _ in range(weeks):
        market.step()
    return market


def purchases(market: Market, weeks: int) -> NDArray[np.int64]:
    """Let weeks pass and count what each shopper buys of each brand. Shape (N, B)."""
    window = Window(market.week, market.week + weeks)
    market.recorders.append(window)
    run(market, weeks)
    return window.purchases.sum(axis=0, dtype=np.int64)


def terms(market: Market, behaviour: str, *, asked: bool = False) -> NDArray[np.float64]:
    """Return what a behaviour adds to the utility of every shopper, at a visit or when `asked`. Shape (B, N)."""
    block = market.poll_block
    assert block.capacity == market.spec.shoppers, "more shoppers than are asked at a time"
    block.enter(0, market.spec.shoppers)
    block.everybody()
    block.expected = asked
    market.behaviours[behaviour].on_visit(block)
    return block.visit.utility.astype(np.float64)


class Episodes(Recorder):
    """Keeps what shoppers felt at each purchase from a week on, and what they remembered just before it."""

    def __init__(self, start: int = 0) -> None:
        self.start = start
        self.parts: list[tuple[NDArray[Any], ...]] = []

    def on_visit(self, block: Block) -> None:
        """Keep the round's purchases."""
        if block.week >= self.start:
            visit, n = block.visit, block.count
            columns = (visit.who, visit.choice, visit.satisfaction, visit.faded, visit.experienced)
            self.parts.append((np.full(n, block.week), *(column[:n].copy() for column in columns)))

    def columns(self) -> list[NDArray[Any]]:
        """Return week, shopper, brand, satisfaction, memory before and experience, in the order of purchases."""
        return [np.concatenate(column) for column in zip(*self.parts, strict=True)]


def remembered(moments: NDArray[np.float64], peak: float = 0.3, end: float = 0.3) -> NDArray[np.float64]:
    """Weigh the strongest of four moments, the last one and their mean, in plain numpy. Shape (n, 4) to (n,)."""
    strongest = np.take_along_axis(moments, np.abs(moments).argmax(axis=1)[:, None], axis=1)[:, 0]
    return peak * strongest + end * moments[:, 3] + (1 - peak - end) * moments.mean(axis=1)


def moments_of_luck(count: int) -> NDArray[np.float64]:
    """Draw episodes whose remembered value has standard deviation one, by numpy. Shape (count, 4)."""
    luck = np.random.default_rng(1).normal(size=(count, 4))
    return luck / remembered(luck).std()


def ratio(above: NDArray[Any], below: NDArray[Any]) -> Estimate:
    """Return sum(above) / sum(below) over shoppers (axis 0), and its standard error by the delta method."""
    above, below = np.asarray(above, np.float64), np.asarray(below, np.float64)
    found = above.sum(axis=0) / below.sum(axis=0)
    errors = np.sqrt(np.square(above - found * below).sum(axis=0)) / below.sum(axis=0)
    return found, errors


def mean(values: NDArray[Any]) -> Estimate:
    """Return the mean over axis 0 and its standard error."""
    values = np.asarray(values, np.float64)
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))


def assert_within(estimate: Estimate, expected: Any, *, beyond: Any = 0.0) -> None:
    """Assert that an estimate is as expected within `ERRORS` standard errors and what is known to lie `beyond` them."""
    found, errors = estimate
    gap = np.abs(np.asarray(found) - expected)
    assert np.all(gap <= ERRORS * np.asarray(errors) + beyond), f"{found}, not {expected}; standard errors {errors}"
