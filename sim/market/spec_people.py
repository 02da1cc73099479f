"""Settings of who shops, what is bought, and who talks to whom."""

from typing import Literal

from pydantic import Field

from sim.market.dials import Settings, dial


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
    shop_first: float = dial(
        0.0, "share of shoppers who choose a shop and then a brand that it carries; the rest choose the brand first",
        plausible=(0, 0.8), ge=0, le=1, built=True, source="assumption: none unless a scenario says",
    )  # fmt: skip
    impatience_spread: float = dial(
        0.4, "standard deviation of ln impatience between shoppers, whose mean is 1", plausible=(0, 0.8), ge=0, le=2,
        source="assumption: as varied as price sensitivity",
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
