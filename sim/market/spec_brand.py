"""Settings of a brand: what it sells, what it spends on, and its loyalty scheme."""

from typing import Annotated, Literal

from pydantic import Field

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
