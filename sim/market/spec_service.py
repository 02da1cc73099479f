"""Settings of what a brand does after the purchase: contacts, gestures, complaints, and what it knows of shoppers.

A brand's own settings at the start are its rest: what it changes on the timeline acts, and costs or saves money.
"""

from sim.market.dials import Settings, dial


class Service(Settings):
    """How a brand treats those who bought: service contacts, small gestures, complaints."""

    coverage: float = dial(
        0.75, "share of the service contacts that owners need which are met", plausible=(0.4, 0.98), ge=0, le=1,
        source="assumption: three in four; what counts is the deviation from the brand's own start",
    )  # fmt: skip
    contact_cost: float = dial(
        1.0, "cost of a contact met beyond those at the start", unit="money", plausible=(0.2, 10), ge=0, le=1e6,
        source="assumption: some minutes of an agent's time",
    )  # fmt: skip
    content_variety: float = dial(
        0.0, "share of the contacts beyond those wanted that are welcome since they are new", plausible=(0, 0.8), ge=0,
        le=1, source="assumption: none unless a scenario says; new content tires less (claims B4)",
    )  # fmt: skip
    gesture_rate: float = dial(
        0.0, "chance of a small surprising gesture at a purchase", plausible=(0, 0.1), ge=0, le=1,
        source="assumption: none unless a scenario says",
    )  # fmt: skip
    gesture_size: float = dial(
        1.0, "what a gesture adds to the experience of a purchase", unit="sd of experience", plausible=(0.3, 2), ge=0,
        le=10, source="assumption: as good as the luck of one purchase in six",
    )  # fmt: skip
    gesture_cost: float = dial(
        1.0, "cost of a gesture", unit="money", plausible=(0.1, 10), ge=0, le=1e6,
        source="assumption: a small thing",
    )  # fmt: skip
    recovery: float = dial(
        0.0, "chance that a complaint is put right beyond what satisfaction already holds", plausible=(0, 0.9), ge=0,
        le=1, source="assumption: none unless a scenario says, since satisfaction at rest holds the usual remedies",
    )  # fmt: skip
    recovery_cost: float = dial(
        5.0, "cost of putting a complaint right", unit="money", plausible=(1, 50), ge=0, le=1e6,
        source="assumption: a replacement and the time of an agent",
    )  # fmt: skip


class Profile(Settings):
    """What a brand knows of its shoppers' needs: how finely, how freshly, from how many."""

    segments: int = dial(
        4, "segments that the brand tells apart", unit="segments", plausible=(1, 100), ge=1, le=10_000_000,
        source="assumption: the usual number in segmentation studies",
    )  # fmt: skip
    refresh_weeks: float = dial(
        26.0, "weeks after which what is known of a segment is learned anew", unit="weeks", plausible=(1, 260), ge=1,
        le=1e6, source="assumption: studies twice a year",
    )  # fmt: skip
    sample: int = dial(
        400, "shoppers from whom all segments are learned", unit="shoppers", plausible=(100, 100_000), ge=1,
        le=100_000_000, source="assumption: a usual survey",
    )  # fmt: skip
    segment_cost: float = dial(
        0.001, "cost of serving one segment in its own way", unit="share of sales", plausible=(0, 0.01), ge=0, le=1,
        source="assumption: four segments cost less than half of a lever's norm; formulas §3: c_s",
    )  # fmt: skip
    sample_cost: float = dial(
        0.0004, "cost of learning the needs of one shopper", unit="share of a week's sales", plausible=(0, 0.004), ge=0,
        le=1, source="assumption: two studies of 400 a year cost a little more than half of a lever's norm; "
        "formulas §3: c_r",
    )  # fmt: skip
    uses_data: bool = dial(
        True, "whether spending on Learn reaches members of the brand's scheme sooner, from their data",
        source="model §5: data from members feeds Learn",
    )  # fmt: skip
