"""What the tests of scenarios share: a small market, stand-ins for behaviours, and short ways to load."""

from typing import Literal

import pytest
from pydantic import model_validator

from sim.errors import ScenarioError
from sim.market.dials import Params, dial
from sim.scenario import parse_scenario

SOURCE = "mine.toml"


class OwnExperience(Params):
    weight: float = dial(
        0.5, "weight of memory", unit="utility", plausible=(0.1, 1), ge=0, le=10, source="assumption: a test"
    )
    rounds: int = dial(3, "a whole number", ge=1, le=9, source="assumption: a test")


class WordOfMouth(Params):
    hears: Literal["satisfaction", "ownership"] = "satisfaction"
    memory: float | None = dial(26.0, "may be missing", gt=0, source="assumption: a test")
    pair: tuple[float, float] = (1.0, 2.0)
    low: float = dial(0.2, "lower of two", ge=0, le=1, source="assumption: a test")
    high: float = dial(0.8, "upper of two", ge=0, le=1, source="assumption: a test")

    @model_validator(mode="after")
    def _in_order(self):
        if self.low >= self.high:
            raise ValueError(f"low is {self.low} and high is {self.high}; low must be below high")
        return self


BEHAVIOURS = {"own_experience": OwnExperience, "word_of_mouth": WordOfMouth}

MARKET = """\
weeks = 104
[brands.acme]
share = 0.4
price = 5
[brands.bolt]
share = 0.6
price = 4.5
[retailers.shop]
"""
"""A whole scenario in eight lines; what is added to it begins in line nine."""


def load(text="", *sets, market=MARKET):
    """Load a scenario that adds a text to the small market."""
    return parse_scenario(market + text, sets, BEHAVIOURS, source=SOURCE)


def told(text="", *sets, market=MARKET):
    """Return the problems of a scenario that must not load."""
    with pytest.raises(ScenarioError) as caught:
        load(text, *sets, market=market)
    assert caught.value.problems
    assert len(caught.value.problems) == len(set(caught.value.problems))
    return caught.value.problems
