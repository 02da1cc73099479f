"""Strategies of brands in a scenario: what cannot be followed is told, and the shipped market of rivals reads."""

import pytest
from scenario_kit import load, told

from sim.scenario import load_scenario


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('kind = "reactive"', "is missing; a reactive brand answers a rival: one of bolt"),
        ('kind = "reactive"\nfollows = "acme"', 'is "acme"; a brand cannot follow itself; must be bolt'),
        ('follows = "bolt"', 'is "bolt", but the brand answers nobody; write kind = "reactive" beside it'),
        ('follows = "bold"', 'is "bold"; there is no such brand (did you mean bolt?); there is bolt'),
    ],
)
def test_a_rival_that_is_not_there_cannot_be_followed(text, problem):
    (found,) = told(f"[brands.acme.strategy]\n{text}\n")
    assert "brands.acme.strategy.follows: " in found
    assert problem in found


def test_a_strategy_is_part_of_what_a_market_is_and_does_not_change_on_the_timeline():
    arm = '[[arms.some.interventions]]\nbrand = "acme"\nset = { "strategy.response" = 0.1 }\n'
    (found,) = told(arm)
    assert "is fixed when the market is built and cannot change on the timeline" in found


def test_a_path_reaches_into_a_strategy():
    strategy = '[brands.bolt.strategy]\nkind = "reactive"\nfollows = "acme"\nmatches = ["price"]\n'
    bolt = load(strategy, "brands.bolt.strategy.response=0.25").brands["bolt"].strategy
    assert (bolt.kind, bolt.follows, bolt.matches, bolt.response) == ("reactive", "acme", ("price",), 0.25)


def test_in_the_shipped_market_the_three_largest_rivals_follow_acme():
    scenario = load_scenario("experience_vs_points_rivals_react")
    rivals = sorted((brand.share, key) for key, brand in scenario.brands.items() if key not in {"acme", "other"})
    follows = {key for key, brand in scenario.brands.items() if brand.strategy.follows == "acme"}
    assert follows == {key for _, key in rivals[-3:]}
    assert scenario.brands["m456"].price == 5.58  # the rest is as in the market it extends
    assert set(scenario.arms) == set(load_scenario("experience_vs_points").arms)
