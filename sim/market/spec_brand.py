"""Settings of a brand: what it sells, what it spends on, its loyalty scheme, and how it answers a rival."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from sim.market.dials import Settings, dial
from sim.market.spec_service import Profile, Service

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

MAX_PRICE = 50_000.0  # single precision is exact to the cent up to 80,000

Money = Annotated[float, Field(ge=0)]


class Scheme(Settings):
    """A loyalty scheme of one brand: points, tiers and vouchers, alone or together; none while it offers nothing."""

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
    tier_at: float = dial(
        0.0, "purchases of the brand a year that make a gold member; 0 for no tiers", unit="purchases/year",
        plausible=(0, 50), ge=0, le=1000, source="assumption: no tiers unless a scenario says",
    )  # fmt: skip
    tier_bonus: float = dial(
        0.0, "further points of a gold member", unit="share of those earned", plausible=(0, 1), ge=0, le=10,
        source="assumption: none unless a scenario says; programmes of airlines and hotels give 25 to 100 %",
    )  # fmt: skip
    tier_perk: float = dial(
        0.0, "worth to a gold member of what comes with the status", unit="share of price", plausible=(0, 0.1), ge=0,
        le=1, source="assumption: none unless a scenario says",
    )  # fmt: skip
    voucher_every: int = dial(
        0, "weeks from one mailing of vouchers to the next; 0 for no vouchers", unit="weeks", plausible=(0, 26), ge=0,
        le=1000, source="assumption: no vouchers unless a scenario says",
    )  # fmt: skip
    voucher_value: float = dial(
        0.1, "what a voucher takes off the next purchase", unit="share of list price", plausible=(0.02, 0.3), ge=0,
        le=1, source="assumption: a tenth is a common offer",
    )  # fmt: skip
    voucher_weeks: int = dial(
        4, "weeks after its mailing in which a voucher is still taken", unit="weeks", plausible=(1, 13), ge=0, le=1000,
        source="assumption: about a month",
    )  # fmt: skip
    voucher_use: float = dial(
        0.5, "chance that a voucher in hand is remembered at the till", plausible=(0.1, 1), ge=0, le=1,
        source="assumption: of those who buy the brand anyway; of all vouchers mailed far fewer come back",
    )  # fmt: skip

    @property
    def has_tiers(self) -> bool:
        """Whether being a gold member brings anything."""
        return self.tier_at > 0 and (self.tier_perk > 0 or (self.tier_bonus > 0 and self.reward_rate > 0))

    @property
    def mails_vouchers(self) -> bool:
        """Whether vouchers worth something are mailed to members."""
        return self.voucher_every > 0 and self.voucher_value > 0

    @property
    def offers(self) -> bool:
        """Whether there is anything to be a member for."""
        return self.reward_rate > 0 or self.has_tiers or self.mails_vouchers


Match = Literal["price", "scheme"]

_BUILT: dict[str, JsonValue] = {"built": True}


class Strategy(Settings):
    """What a brand does by itself, in every arm alike: nothing, or answering a rival."""

    kind: Literal["fixed", "reactive"] = Field(
        "fixed",
        description="fixed: keeps to its settings; reactive: answers what a rival does. A scheduled strategy is "
        "written as interventions of an arm",
        json_schema_extra=_BUILT,
    )
    follows: str | None = Field(None, description="key of the rival that is answered", json_schema_extra=_BUILT)
    matches: tuple[Match, ...] = Field(
        ("price", "scheme"), description="what is answered: list price, reward rate of the scheme, or both",
        json_schema_extra=_BUILT,
    )  # fmt: skip
    lag_weeks: int = dial(
        8, "weeks from a rival's change to the answer", unit="weeks", plausible=(1, 26), ge=1, le=500,
        built=True, source="assumption: a change is noticed, weighed and carried out within a quarter",
    )  # fmt: skip
    response: float = dial(
        0.5, "share of a rival's change that is answered", plausible=(0, 1), ge=0, le=1,
        built=True,
        source="assumption: swept 0 to 1; most rivals hardly answer (Steenkamp, Nijs, Hanssens & Dekimpe 2005)",
    )  # fmt: skip
    limit: float = dial(
        0.2, "largest change of its own list price in answer", unit="share of price", plausible=(0.05, 0.4), ge=0,
        lt=1, built=True, source="assumption: no answer goes further than a deep deal",
    )  # fmt: skip
    reward_limit: float = dial(
        0.05, "largest reward rate that it goes up to in answer", unit="share of spend", plausible=(0.01, 0.1), ge=0,
        le=1, built=True, source="assumption: grocery schemes give back 1 to 5 %",
    )  # fmt: skip
    floor: float = dial(
        1.0, "lowest list price that it goes down to in answer", unit="unit costs", plausible=(1, 2), ge=0, le=100,
        built=True, source="assumption: nobody sells below the cost of goods in answer to a rival",
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
    promise: float = dial(
        0.0, "experience that its adverts promise beyond the market's norm", unit="sd of experience",
        plausible=(-0.5, 2), ge=-5, le=5, source="assumption: none promises more than others unless a scenario says",
    )  # fmt: skip
    awareness: float | None = dial(
        None, "share of shoppers who know it in week 0; left out, all do, and none if it is launched later",
        plausible=(0.05, 1), ge=0, le=1, built=True, source="assumption: brands that are sold are known",
    )  # fmt: skip
    launch_week: int | None = dial(
        None, "first week in which it can be bought; from the start if left out", unit="weeks", plausible=(0, 104),
        ge=0, le=5000, built=True, source="assumption: on sale from the start unless a scenario says",
    )  # fmt: skip
    spend: dict[Lever, Money] = Field(
        default_factory=dict,
        description="money a week on each lever on top of the category's norm",
        json_schema_extra={"unit": "money/week"},
    )
    scheme: Scheme = Scheme()
    service: Service = Service()
    profile: Profile = Profile()
    strategy: Strategy = Field(default_factory=Strategy)

    @property
    def matches_schemes(self) -> bool:
        """Whether it may answer a rival's scheme with one of its own."""
        return self.strategy.kind == "reactive" and "scheme" in self.strategy.matches
