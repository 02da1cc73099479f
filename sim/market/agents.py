"""Brands and retailers as Mesa agents, and one shopper's face: a view of its row."""

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import mesa
import numpy as np

from sim.market.brands.capability import build, lift
from sim.market.chance import uniforms
from sim.market.spec import LEVERS, Lever
from sim.market.spec import Brand as BrandSpec
from sim.market.spec import Retailer as RetailerSpec
from sim.market.state import NEVER

if TYPE_CHECKING:
    from sim.market.market import Market

CUSTOMERS_HALF_LIFE = 13.0  # weeks of units sold by which a brand's number of customers is judged


class _Numbers(WeakKeyDictionary["Market", Iterator[int]]):
    """Counts the agents of each market, and forgets a market that nobody holds any more."""

    def __getitem__(self, market: "Market") -> Iterator[int]:
        return self.setdefault(market, count(1))


class _Agent(mesa.Agent):
    """An agent whose market can be freed: Mesa 3.3 counts agents in a table that keeps every model for good."""

    model: "Market"
    _ids = _Numbers()


class Brand(_Agent):
    """A brand: sets a price, spends on levers, runs a scheme. `index` is its row in every array with axis B."""

    def __init__(self, model: "Market", index: int, key: str) -> None:
        super().__init__(model)
        self.index = index
        self.key = key

    @property
    def settings(self) -> BrandSpec:
        """Its settings as the timeline has them this week."""
        return self.model.brand_specs[self.index]

    @property
    def label(self) -> str:
        """Its name to print."""
        return self.settings.label or self.key

    @property
    def price(self) -> float:
        """List price this week, in money."""
        return float(self.model.world.list_price[self.index])

    @property
    def norm_sales(self) -> float:
        """Money a week that shoppers are expected to pay for it in the undisturbed market."""
        spec = self.model.spec
        units = spec.shoppers * spec.category.purchase_rate * self.model.shares[self.index]
        return float(units * self.model.world.list_price_start[self.index])

    def spend(self, lever: Lever) -> float:
        """Money a week on a lever, on top of the category's norm; nothing in the run-off."""
        return 0.0 if self.model.running_off else self.settings.spend.get(lever, 0.0)

    def step(self) -> None:
        """Spend, and let capabilities build up and fade.

        The norm is a share of sales, so it grows with the customers; what is spent on top is spread over them, but
        for adverts, which reach everybody.
        """
        world, settings = self.model.world, self.model.spec.capability
        spends = not self.model.running_off and any(self.settings.spend.values())
        if not spends and (world.stock[:, self.index] == 1.0).all():
            return  # at rest
        extra = np.array([self.spend(lever) for lever in LEVERS]) / (settings.norm * self.norm_sales)
        spread_over = np.where(np.array(LEVERS) == "adverts", 1.0, world.customers[self.index])
        stock = build(world.stock[:, self.index], 1.0 + extra / spread_over, settings)
        world.stock[:, self.index] = stock
        world.lift[:, self.index] = lift(stock, settings)

    def count_customers(self) -> None:
        """Judge from the week's sales how many customers the brand has, against the undisturbed market.

        During the burn-in the count stays at one, so that capabilities start at rest.
        """
        if self.model.undisturbed:
            return
        tally, keep = self.model.tally, 0.5 ** (1.0 / CUSTOMERS_HALF_LIFE)
        spec = self.model.spec
        expected = spec.shoppers * spec.category.purchase_rate * self.model.shares[self.index]
        now = max(float(tally.units[self.index]) / expected, 0.01)
        customers = self.model.world.customers
        customers[self.index] = keep * customers[self.index] + (1.0 - keep) * now


class Retailer(_Agent):
    """A retailer: quotes a price for every brand. `index` is its row in every array with axis R."""

    def __init__(self, model: "Market", index: int, key: str) -> None:
        super().__init__(model)
        self.index = index
        self.key = key

    @property
    def settings(self) -> RetailerSpec:
        """Its settings as the timeline has them this week."""
        return self.model.retailer_specs[self.index]

    @property
    def label(self) -> str:
        """Its name to print."""
        return self.settings.label or self.key

    @property
    def prices(self) -> dict[str, float]:
        """Its posted prices this week, in money, by brand."""
        return dict(zip(self.model.brand_keys, map(float, self.model.world.posted[self.index]), strict=True))

    def step(self) -> None:
        """Post this week's prices: list price, raised by the markup, strayed from by up to the dispersion."""
        model, settings, brands = self.model, self.settings, len(self.model.shares)
        which = np.arange(self.index * brands, (self.index + 1) * brands)
        draws = uniforms(model.seed, "price_comparison/post", which, at=model.week)[0]
        strays = 1.0 + settings.price_dispersion * (2.0 * draws - 1.0)
        model.world.posted[self.index] = model.world.list_price * (1.0 + settings.markup) * strays


class Shopper:
    """One shopper: every per-shopper array as an attribute, and its ties; a view that is never stored."""

    def __init__(self, market: "Market", index: int) -> None:
        self.market = market
        self.index = index

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any array's element or row
        fields = self.market.state.fields
        if name not in fields:
            raise AttributeError(f"a shopper has no {name!r}; it has {', '.join(fields)}")
        value = getattr(self.market.state, name)[self.index]
        return value.item() if value.ndim == 0 else value

    @property
    def ties(self) -> list[int]:
        """Whom it listens to."""
        start = self.market.ties.start
        return [int(i) for i in self.market.ties.to[start[self.index] : start[self.index + 1]]]

    @property
    def last_brand(self) -> str | None:
        """The brand it bought last."""
        last = int(self.market.state.last_brand[self.index])
        return None if last < 0 else self.market.brand_keys[last]

    @property
    def preferred(self) -> str | None:
        """The brand it preferred at the last poll."""
        brand = int(self.market.state.preferred[self.index])
        return None if brand < 0 else self.market.brand_keys[brand]

    @property
    def brands_bought(self) -> list[str]:
        """Every brand it has ever bought."""
        weeks = self.market.state.bought_week[self.index]
        return [key for key, week in zip(self.market.brand_keys, weeks, strict=True) if week != NEVER]

    def __repr__(self) -> str:
        return f"Shopper({self.index}, last_brand={self.last_brand!r}, preferred={self.preferred!r})"
