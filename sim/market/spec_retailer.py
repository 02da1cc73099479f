"""Settings of a retailer: what it carries, what it asks, and what buying there takes."""

from typing import Annotated

from pydantic import Field, StringConstraints

from sim.market.dials import Settings, dial

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class Retailer(Settings):
    """One retailer that quotes a price for every brand it carries."""

    label: str | None = Field(None, description="name to print; the key if left out")
    assortment: list[Key] | None = Field(
        None, min_length=1, description="keys of the brands it carries; all of them if left out"
    )
    share: float = dial(
        1.0, "how many of those who come for the shop come to this one, against the other shops", plausible=(0, 10),
        gt=0, le=1e6, built=True, source="assumption: shops are alike unless a scenario says",
    )  # fmt: skip
    markup: float = dial(
        0.0, "level of its prices against list price", unit="share of price", plausible=(-0.1, 0.2), ge=-0.9, le=1,
        source="assumption: none unless a scenario says",
    )  # fmt: skip
    price_dispersion: float = dial(
        0.1, "half-width of its weekly prices around their level", unit="share of price", plausible=(0, 0.3), ge=0,
        lt=1, source="assumption: everyday price variation of groceries without deep deals",
    )  # fmt: skip
    fee: float = dial(
        0.0, "delivery or service fee of a purchase, which the retailer keeps", unit="money", plausible=(0, 10), ge=0,
        le=50_000, source="assumption: none unless a scenario says",
    )  # fmt: skip
    hassle: float = dial(
        0.0, "time and trouble of a purchase there, at what they are worth to a shopper", unit="money",
        plausible=(0, 10), ge=0, le=50_000, source="assumption: none unless a scenario says",
    )  # fmt: skip
    service: float = dial(
        0.0, "how much smoother buying there is than elsewhere", unit="logit of completion", plausible=(-0.5, 0.5),
        ge=-5, le=5, source="assumption: shops serve alike unless a scenario says",
    )  # fmt: skip
    margin: float = dial(
        0.25, "retailer's margin on list price", unit="share of price", plausible=(0.15, 0.4), ge=0, lt=1,
        source="assumption: gross margins of grocers",
    )  # fmt: skip
