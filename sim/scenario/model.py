"""What a scenario is: a market, and a question about it asked in several arms."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, cast

from pydantic import Field, SerializeAsAny, create_model, field_validator

from sim.market.dials import Params, Settings, dial
from sim.market.spec import MAX_WEEKS, Intervention, Key, MarketSpec

BASELINE = "baseline"
"""The arm that every other arm is compared with; it always exists."""

BUDGET = "budget"
"""What arms are matched to if all are to cost the same share of sales; no arm can have this name."""

MOST_VALUES = 1000
"""Values of one path that a sweep may list."""

Values = Annotated[list[bool | int | float | str], Field(min_length=1, max_length=MOST_VALUES)]


Share = Annotated[float, Field(gt=0, le=1)]


class Arm(Settings):
    """One strategy to try: the scenario and these changes to it."""

    label: str | None = Field(None, description="name to print; the key if left out")
    cost_matched_to: Key | None = Field(
        None,
        description="what this arm must cost: as much as the arm of this name, or `budget`. What the focal brand does "
        "is scaled until it does: amounts in `spend` are then weights, and numbers in `set` say in which direction",
    )
    scales: tuple[str, ...] | None = Field(
        None,
        description="what is scaled, all by one factor: `spend`, or paths that the focal brand sets, such as price. "
        "If left out its spend; else its price and reward rate, as far as set; else every number that it sets",
    )
    shares: dict[str, Share] | None = Field(
        None,
        description="instead of `scales`: what is scaled, each by its own factor until it has this share of the cost",
    )
    interventions: tuple[Intervention, ...] = Field((), description="the changes, each with its weeks")


class Range(Settings):
    """Between which two values a number lies that nobody knows."""

    low: float = Field(description="lowest value that nobody could rule out")
    high: float = Field(description="highest value that nobody could rule out")


class Scenario(MarketSpec):
    """A market, what is asked of it, for how long, how often, and in which arms.

    Made by `load_scenario`, which checks all of it; made by hand, each value is checked but not whether arms, paths and
    brands fit together. A file may leave out whatever has a default.
    """

    title: str = Field("", description="what it is about, in a few words")
    question: str = Field("", description="the question it answers, as one sentence")
    weeks: int = Field(104, ge=1, le=MAX_WEEKS, description="weeks that count, after the burn-in")
    burn_in: int = Field(52, ge=0, le=MAX_WEEKS, description="weeks before week 0, in which the market settles")
    run_off_weeks: int = Field(
        0, ge=0, le=MAX_WEEKS, description="weeks after the last, without joining, accrual and spend; points settle"
    )
    replicates: int = Field(20, ge=1, le=10_000, description="runs of each arm, each with its own chance")
    seed: int = Field(1, ge=0, le=2**63 - 1, description="where chance begins; the same seed gives the same result")
    focal: Key = Field(
        default_factory=lambda checked: next(iter(checked["brands"])),
        description="brand that the question is about; the first if left out",
    )
    behaviours: dict[str, SerializeAsAny[Params]] = Field(
        default_factory=dict, description="parameters of each behaviour, by its name"
    )
    budget: float | None = dial(
        None, 'what every arm with cost_matched_to = "budget" costs, against the undisturbed sales of the focal brand '
        "over the weeks that count", unit="share of sales", plausible=(0.01, 0.05), gt=0, le=1,
        source="assumption: levels of 1, 3 and 5 % of sales, since saturation makes one level arbitrary",
    )  # fmt: skip
    arms: dict[Key, Arm] = Field(
        default_factory=dict, validate_default=True, description="strategies to compare; `baseline` always exists"
    )
    uncertain: dict[str, Range] = Field(
        default_factory=dict, description="what nobody knows: ranges by path, sampled in sweeps"
    )
    sweep: dict[str, Values] = Field(default_factory=dict, description="what to vary: lists of values by path")

    @field_validator("arms", mode="after")
    @classmethod
    def _baseline_is_first(cls, arms: dict[str, Arm]) -> dict[str, Arm]:
        others = {key: arm for key, arm in arms.items() if key != BASELINE}
        return {BASELINE: arms.get(BASELINE, Arm()), **others}

    @property
    def market(self) -> MarketSpec:
        """Everything that builds the market, save the seed and the behaviours."""
        return MarketSpec(**{name: getattr(self, name) for name in MarketSpec.model_fields})


def file_class(behaviours: Iterable[tuple[str, type[Params]]]) -> type[Scenario]:
    """Return the class that a scenario file is checked by: it knows the parameters of every behaviour.

    Its instances serve for checking only, since a class made while the program runs cannot be sent to another process;
    `as_scenario` turns them into a plain `Scenario`.
    """
    return _file_class(tuple(behaviours))


@lru_cache(maxsize=8)
def _file_class(behaviours: tuple[tuple[str, type[Params]], ...]) -> type[Scenario]:
    tables = {name: (params, Field(default_factory=params)) for name, params in behaviours}
    table = create_model("Behaviours", __base__=Settings, **tables)  # type: ignore[call-overload]
    made = create_model("ScenarioFile", __base__=Scenario, behaviours=(table, Field(default_factory=table)))
    return cast("type[Scenario]", made)


def as_scenario(checked: Scenario) -> Scenario:
    """Return what a class from `file_class` has checked, as a plain scenario."""
    values = {name: getattr(checked, name) for name in Scenario.model_fields}
    tables: Settings = values["behaviours"]
    values["behaviours"] = {name: getattr(tables, name) for name in type(tables).model_fields}
    return Scenario(**values)
