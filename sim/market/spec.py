"""What a market is made of, as frozen and checked settings: shoppers, category, network, brands, retailers."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from sim.market.dials import Settings, dial

Lever = Literal[
    "first_contact", "transaction", "usage", "multiplier", "relate", "educate", "advocacy", "learn",
    "people", "personalisation", "adverts",
]  # fmt: skip

LEVERS: tuple[Lever, ...] = (
    "first_contact",
    "transaction",
    "usage",
    "multiplier",
    "relate",
    "educate",
    "advocacy",
    "learn",
    "people",
    "personalisation",
    "adverts",
)
"""Everything a brand can spend money on, each with a capability stock of its own."""

MOMENTS = LEVERS[:4]
"""Now-or-Never, Make-or-Break, Keep-or-Lose, Multiplier: the four decisive moments."""

MAX_BRANDS = 32
MAX_RETAILERS = 20
MAX_SHOPPERS = 100_000_000
MAX_WEEKS = 5_000
MAX_PRICE = 50_000.0  # single precision is exact to the cent up to 80,000

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Money = Annotated[float, Field(ge=0)]


class Spread(Settings):
    """A trait that differs between shoppers: mean and standard deviation."""

    mean: float
    spread: float = Field(ge=0)


class Expertise(Settings):
    """How expert shoppers are, 0 (buys by habit) to 1 (compares everything); a Beta distribution."""

    mean: float = dial(
        0.5, "mean expertise", plausible=(0.1, 0.9), ge=0, le=1,
        source="assumption: the dial of the mission, swept in every answer",
    )  # fmt: skip
    spread: float = dial(
        0.2, "standard deviation of expertise between shoppers", plausible=(0, 0.3), ge=0, le=0.5,
        source="assumption: wide enough for thirds of the market to differ",
    )  # fmt: skip


class Population(Settings):
    """Who the shoppers are."""

    expertise: Expertise = Expertise()
    price_sensitivity: float = dial(
        4.7, "mean weight of ln(total cost) in utility", unit="utility per ln(cost)", plausible=(2.5, 7.0), ge=0,
        source="own elasticity -2.6 (Bijmolt, van Heerde & Pieters 2005) over Dirichlet kappa .55",
    )  # fmt: skip
    price_sensitivity_spread: float = dial(
        0.4, "standard deviation of ln price sensitivity between shoppers", plausible=(0, 0.8), ge=0, le=2,
        source="assumption: moderate heterogeneity, as mixed-logit studies of groceries report",
    )  # fmt: skip
    sociability_spread: float = dial(
        0.5, "standard deviation of ln sociability (how much a shopper talks)", plausible=(0, 1), ge=0, le=2,
        source="assumption: some talk twice as much as others (Keller & Fay 2012)",
    )  # fmt: skip


class Category(Settings):
    """What is bought, and how often."""

    purchase_rate: float = dial(
        0.25, "mean purchases of the category a shopper and week", unit="purchases/week", plausible=(0.01, 2), gt=0,
        le=20, source="assumption: a grocery category bought 13 times a year",
    )  # fmt: skip
    rate_shape: float = dial(
        0.8, "shape K of the gamma distribution of purchase rates", plausible=(0.25, 1.2), gt=0, le=1000,
        source="Ehrenberg 1988: .25 to 1.2 over categories",
    )  # fmt: skip
    taste_concentration: float | None = dial(
        2.0, "S of the Dirichlet distribution of tastes to be measured on a year of purchases; "
        "\"none\" for shoppers without differences in taste", plausible=(0.9, 6), gt=0, le=1000,
        source="Goodhardt, Ehrenberg & Chatfield 1984: .9 to 6 over categories",
    )  # fmt: skip


class Network(Settings):
    """Who talks to whom: a directed network."""

    kind: Literal["small_world", "scale_free", "homophilous", "complete_mixing", "none"] = Field(
        "small_world", description="how ties are laid"
    )
    ties: int = dial(
        8, "mean number of ties a shopper listens to", unit="ties", plausible=(3, 20), ge=1, le=1000,
        source="assumption: people talk of brands with a handful of others (Keller & Fay 2012)",
    )  # fmt: skip
    rewiring: float = dial(
        0.1, "share of ties of a small world that are rewired at random", plausible=(0.01, 0.5), ge=0, le=1,
        source="Watts & Strogatz 1998: small worlds between .01 and .1",
    )  # fmt: skip
    homophily: float = dial(
        0.7, "share of ties of a homophilous network that stay within the segment", plausible=(0.3, 0.95), ge=0, le=1,
        source="assumption: McPherson, Smith-Lovin & Cook 2001 report strong homophily without one number",
    )  # fmt: skip
    segments: int = dial(
        4, "number of equal segments for a homophilous network", unit="segments", plausible=(2, 20), ge=1, le=1000,
        source="assumption: the usual number in segmentation studies",
    )  # fmt: skip


class Scheme(Settings):
    """A loyalty scheme of one brand; no scheme while `reward_rate` is zero."""

    reward_rate: float = dial(
        0.0, "face value of rewards per unit of money spent", unit="share of spend", plausible=(0, 0.1), ge=0, le=1,
        source="assumption: grocery schemes give back 1 to 5 %",
    )  # fmt: skip
    threshold: float = dial(
        10.0, "purchases at list price that earn one reward", unit="purchases", plausible=(3, 30), ge=1, le=200,
        source="Kivetz, Urminsky & Zheng 2006: ten stamps",
    )  # fmt: skip
    expiry_weeks: int = dial(
        52, "weeks without a purchase of the brand after which points expire", unit="weeks", plausible=(13, 156), ge=1,
        le=1000, source="assumption: a year without activity is a common term",
    )  # fmt: skip
    head_start: float = dial(
        0.0, "share of the first reward given on joining (endowed progress)", plausible=(0, 0.3), ge=0, le=0.99,
        source="Nunes & Dreze 2006: 2 of 10 stamps; off unless a scenario asks",
    )  # fmt: skip
    joining_open: bool = Field(True, description="whether shoppers can join")
    administration: float = dial(
        0.0, "running cost of the scheme", unit="money/week", plausible=(0, 1e6), ge=0,
        source="assumption: none unless a scenario says",
    )  # fmt: skip
    reward_cost: float = dial(
        1.0, "what a reward costs the brand per unit of face value", plausible=(0.3, 1), ge=0, le=1,
        source="formulas: a voucher that displaces a paid purchase costs its face value",
    )  # fmt: skip


class Brand(Settings):
    """One brand; `share` is what it sells before anybody moves."""

    label: str | None = Field(None, description="name to print; the key if left out")
    share: float = Field(gt=0, lt=1, description="share of category purchases in the undisturbed market")
    price: float = Field(gt=0, le=MAX_PRICE, description="list price in shops", json_schema_extra={"unit": "money"})
    unit_cost: float = dial(
        0.4, "cost of goods per unit of list price at the start", plausible=(0.2, 0.7), ge=0, le=1,
        source="assumption: gross margins of packaged goods",
    )  # fmt: skip
    quality: float | None = dial(
        None, "level of experience beside the market's, drawn if left out", unit="sd of experience",
        plausible=(-1, 1), ge=-3, le=3, built=True, source="formulas: brand levels ~ N(0, .35)",
    )  # fmt: skip
    spend: dict[Lever, Money] = Field(
        default_factory=dict,
        description="money a week on each lever on top of the category's norm",
        json_schema_extra={"unit": "money/week"},
    )
    scheme: Scheme = Scheme()


class Retailer(Settings):
    """One retailer that quotes a price for every brand."""

    label: str | None = Field(None, description="name to print; the key if left out")
    markup: float = dial(
        0.0, "level of its prices against list price", unit="share of price", plausible=(-0.1, 0.2), ge=-0.9, le=1,
        source="assumption: none unless a scenario says",
    )  # fmt: skip
    price_dispersion: float = dial(
        0.1, "half-width of its weekly prices around their level", unit="share of price", plausible=(0, 0.3), ge=0,
        lt=1, source="assumption: everyday price variation of groceries without deep deals",
    )  # fmt: skip
    margin: float = dial(
        0.25, "retailer's margin on list price", unit="share of price", plausible=(0.15, 0.4), ge=0, lt=1,
        source="assumption: gross margins of grocers",
    )  # fmt: skip


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
        description="money a week on each lever; weights if the arm's cost is matched to another's",
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
        return self
