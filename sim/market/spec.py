"""What a market is made of, as frozen and checked settings: shoppers, category, network, brands, retailers."""

from typing import Annotated

from pydantic import Field, model_validator

from sim.market.dials import Settings, dial
from sim.market.spec_brand import LEVERS, MAX_PRICE, MOMENTS, Brand, Lever, Money, Scheme, Strategy
from sim.market.spec_people import Category, Expertise, Network, Population, Spread
from sim.market.spec_retailer import Key, Retailer

__all__ = [
    "LEVERS",
    "MAX_BRANDS",
    "MAX_PRICE",
    "MAX_RETAILERS",
    "MAX_SHOPPERS",
    "MAX_WEEKS",
    "MOMENTS",
    "Brand",
    "Calibrated",
    "Capability",
    "Category",
    "Expertise",
    "Finance",
    "Intervention",
    "Key",
    "Lever",
    "MarketSpec",
    "Money",
    "Network",
    "Population",
    "Record",
    "Retailer",
    "Scheme",
    "Spread",
    "Strategy",
]

MAX_BRANDS = 32
MAX_RETAILERS = 20
MAX_SHOPPERS = 100_000_000
MAX_WEEKS = 5_000


class Capability(Settings):
    """How money becomes experience: carry-over, then saturation."""

    half_life_weeks: float = dial(
        13.0, "half-life of a capability without spending", unit="weeks", plausible=(4, 52), gt=0, le=1000,
        source="assumption: a quarter, as adstock studies of service spending",
    )  # fmt: skip
    most: float = dial(
        1.5, "experience at unlimited spending", unit="sd of experience", plausible=(0.5, 2.5), ge=0, le=10,
        source="formulas §3: R_max, not identified by public data, swept .5 to 2.5",
    )  # fmt: skip
    norm: float = dial(
        0.01, "spending on each lever that is normal in the category", unit="share of sales", plausible=(0.005, 0.03),
        gt=0, le=0.5, source="assumption: eleven levers at 1 % of sales each",
    )  # fmt: skip


class Intervention(Settings):
    """A change on the timeline; weeks count from the end of the burn-in."""

    brand: Key | None = Field(None, description="whose settings change; left out for the market's own")
    from_week: int = Field(0, ge=0, le=MAX_WEEKS, description="first week of the change")
    to_week: int | None = Field(None, ge=1, le=MAX_WEEKS, description="first week after it; never if left out")
    ramp_weeks: int = Field(0, ge=0, le=MAX_WEEKS, description="weeks in which numbers move evenly to their new value")
    set: dict[str, bool | int | float | str] = Field(
        default_factory=dict, description="new values by path, below the brand's table if `brand` is given"
    )
    spend: dict[Lever, Money] = Field(
        default_factory=dict,
        description="money a week on each lever; weights where it is scaled until the arm's cost is matched",
        json_schema_extra={"unit": "money/week"},
    )


class Finance(Settings):
    """How money at different times is compared."""

    discount_rate: float = dial(
        0.08, "yearly rate at which later money is discounted", unit="share a year", plausible=(0.04, 0.15), ge=0, le=1,
        source="assumption: a usual cost of capital",
    )  # fmt: skip


class Record(Settings):
    """What is written down while the market runs."""

    preference_every: int = Field(4, ge=0, le=1000, description="weeks between two polls of preference; 0 for never")
    panel: int = Field(2500, ge=0, le=10_000_000, description="shoppers whose every purchase is written out")


Stars = Annotated[list[float], Field(min_length=5, max_length=5)]


class Calibrated(Settings):
    """Constants fitted once in the undisturbed market, then frozen for every arm."""

    constants: dict[Key, float] = Field(description="utility added to each brand so that shares stay put")
    taste_concentration: float | None = Field(description="S of the tastes drawn, so that the measured S is right")
    satisfaction_centre: float = Field(description="mean satisfaction to subtract, so that its mean is zero")
    talk_centre: float = Field(description="mean satisfaction of those who talk, to subtract from what is said")
    reviews: dict[Key, Stars] = Field(description="reviews of 1 to 5 stars a thousand shoppers, at rest")


class MarketSpec(Settings):
    """Everything that builds a market, save the seed; behaviours are kept by name with their own parameters."""

    shoppers: int = Field(20_000, ge=1, le=MAX_SHOPPERS, description="number of simulated shoppers")
    population: Population = Population()
    category: Category = Category()
    network: Network = Network()
    capability: Capability = Capability()
    brands: dict[Key, Brand] = Field(min_length=2, max_length=MAX_BRANDS)
    retailers: dict[Key, Retailer] = Field(min_length=1, max_length=MAX_RETAILERS)
    finance: Finance = Finance()
    record: Record = Record()
    calibrated: Calibrated | None = None

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> "MarketSpec":
        total = sum(brand.share for brand in self.brands.values())
        if abs(total - 1) > 0.001:  # rounding of published tables to three digits
            msg = f"brands.*.share sum to {total:.4g}; they must sum to 1 (within .001)"
            raise ValueError(msg)
        if all(brand.launch_week is not None for brand in self.brands.values()):
            msg = "every brand has a launch_week; at least one must be on sale from the start"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _every_brand_is_sold_somewhere(self) -> "MarketSpec":
        for key, retailer in self.retailers.items():
            for brand in retailer.assortment or ():
                if brand not in self.brands:
                    msg = f"retailers.{key}.assortment: no brand called {brand!r}; there are {', '.join(self.brands)}"
                    raise ValueError(msg)
        for brand in self.brands:
            if not any(r.assortment is None or brand in r.assortment for r in self.retailers.values()):
                msg = f"brands.{brand} is in no retailer's assortment; at least one must carry it"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _followed_brands_exist(self) -> "MarketSpec":
        for key, brand in self.brands.items():
            followed = brand.strategy.follows
            if brand.strategy.kind == "reactive" and followed is None:
                msg = f"brands.{key}.strategy.follows is missing; a reactive brand must name the rival it answers"
                raise ValueError(msg)
            if followed is not None and (followed == key or followed not in self.brands):
                wrong = "a brand cannot follow itself" if followed == key else "there is no such brand"
                msg = f"brands.{key}.strategy.follows is {followed!r}; {wrong}"
                raise ValueError(msg)
        return self
