"""Values from outside the files: `--set PATH=VALUE`, and other values for a loaded scenario."""

import datetime

import numpy as np
import pytest
from scenario_kit import BEHAVIOURS, MARKET, load, told

from sim.errors import ScenarioError
from sim.scenario import parse_scenario, with_values


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("brands.acme.price=4.5", lambda one: one.brands["acme"].price == 4.5),
        ("brands.acme.price = 4", lambda one: one.brands["acme"].price == 4),
        ("brands.acme={price=4}", lambda one: (one.brands["acme"].price, one.brands["acme"].share) == (4, 0.4)),
        ("behaviours.own_experience.on=false", lambda one: not one.behaviours["own_experience"].on),
        ("network.kind=none", lambda one: one.network.kind == "none"),
        ("category.taste_concentration=none", lambda one: one.category.taste_concentration is None),
        ("title=five percent", lambda one: one.title == "five percent"),
        ('title="a=b"', lambda one: one.title == "a=b"),
        ("shoppers=1_000", lambda one: one.shoppers == 1000),
        ('sweep."network.ties"=[4, 8]', lambda one: one.sweep["network.ties"] == [4, 8]),
        ('arms.points={label="x"}', lambda one: one.arms["points"].label == "x"),
    ],
)
def test_a_value_from_outside_wins(text, read):
    assert read(load("", text))


def test_an_entry_of_a_list_is_reached_by_its_number():
    arm = '[[arms.points.interventions]]\nbrand = "acme"\nset = { "scheme.reward_rate" = 0.05 }\n'
    scenario = load(
        arm, 'arms.points.interventions.0.set."scheme.reward_rate"=0.02', "arms.points.interventions.0.from_week=3"
    )
    assert scenario.arms["points"].interventions[0].set == {"scheme.reward_rate": 0.02}
    assert scenario.arms["points"].interventions[0].from_week == 3
    (problem,) = told(arm, "arms.points.interventions.1.from_week=3")
    assert "there is no 1 in arms.points.interventions, which is a list of 1, counted from 0" in problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("brands.acme.price=-3", "--set: brands.acme.price: is -3; must be a number above 0 and at most 50_000"),
        ("brands.acme={price=-3}", "--set: brands.acme.price: is -3; must be a number above 0"),
        (
            "brands.acne.price=3",
            "--set: brands.acne.price: there is no brands.acne (did you mean acme?); there is acme, bolt",
        ),
        ("brands.acme.prise=3", "--set: brands.acme.prise: unknown key prise (did you mean price?)"),
        (
            "brands.acme.price.x=3",
            "--set: brands.acme.price.x: there is no x in brands.acme.price, which is a single value",
        ),
        (
            "behaviours.own_experiens.on=false",
            "--set: behaviours.own_experiens: unknown key own_experiens (did you mean own_exp",
        ),
        ("brands.acme.share=0.5", "--set: brands: the shares of the 2 brands sum to 1.1; must sum to 1"),
        ("shopers=3", "--set: shopers: unknown key shopers (did you mean shoppers?)"),
        (
            "weeks=1e3",
            "--set: weeks: is 1000.0; must be a whole number of at least 1 and at most 5_000 (did you mean 1000?)",
        ),
        ("weeks=many", '--set: weeks: is "many"; must be a whole number'),
        (f"seed=0x{'f' * 6000}", "--set: seed: is inf; must be a whole number"),
        (f"seed={'9' * 5000}", "--set: "),
        ("extends=markets/base", "--set: extends: can only be said in a file"),
        ("nonsense", '--set: "nonsense": not of the form PATH=VALUE'),
        ("weeks=", '--set: "weeks=": without a value after the ='),
        ("=3", '--set: "=3": not a path; write one like brands.acme.price'),
        ("..=3", '--set: "..=3": not a path'),
        ("title=5 %", '--set: "title=5 %": not PATH=VALUE with a value of TOML; put quotes around a text'),
        ('title="', "not PATH=VALUE with a value of TOML"),
        ("weeks=5\nshoppers=3", "more than one value; give --set once for each"),
        (".".join("a" * 500) + "=1", "a path of more than 40 parts"),
        (f"title={'[' * 5000}", "not PATH=VALUE with a value of TOML"),
        ("title=\udcff", "holds bytes that are not text in UTF-8"),
    ],
)
def test_a_wrong_value_from_outside_is_one_problem(text, problem):
    (found,) = told("", text)
    assert found.startswith("--set: ")
    assert problem in found
    assert len(found) < 800


def test_a_single_text_is_one_value_from_outside():
    assert parse_scenario(MARKET, "weeks=5", BEHAVIOURS).weeks == 5


def test_problems_from_outside_come_after_those_of_the_files():
    problems = told("[category]\nrate_shape = 0\n", "weeks=0", "nonsense")
    assert [one.split(": ")[0] for one in problems] == ["mine.toml:10", "--set", "--set"]


def test_a_wrong_value_of_a_file_is_healed_from_outside():
    assert load("[category]\nrate_shape = 0\n", "category.rate_shape=0.5").category.rate_shape == 0.5


def test_overrides_may_come_as_a_mapping_of_any_numbers():
    values = {"brands.acme.price": np.float64(4.25), "shoppers": np.int64(10), "behaviours.word_of_mouth.pair": (3, 4)}
    scenario = parse_scenario(MARKET, values, BEHAVIOURS)
    assert scenario.brands["acme"].price == 4.25
    assert scenario.shoppers == 10
    assert scenario.behaviours["word_of_mouth"].pair == (3, 4)
    with pytest.raises(ScenarioError, match=r'^"shoppers": a object cannot be written in a scenario'):
        parse_scenario(MARKET, {"shoppers": object()}, BEHAVIOURS)


def test_a_loaded_scenario_takes_other_values_and_stays_as_it_is():
    scenario = load()
    other = with_values(scenario, {"population.expertise.mean": 0.25, "behaviours.own_experience.weight": 2})
    assert (scenario.population.expertise.mean, other.population.expertise.mean) == (0.5, 0.25)
    assert other.behaviours["own_experience"].weight == 2
    assert with_values(scenario, {}) == scenario
    assert with_values(other, {"population.expertise.mean": 0.5, "behaviours.own_experience.weight": 0.5}) == scenario


def test_a_loaded_scenario_refuses_wrong_values():
    with pytest.raises(ScenarioError) as caught:
        with_values(load(), {"weeks": 0, "brands.acme.prise": 1, "title": datetime.date(2020, 1, 1)})
    assert [one.split(": ")[0] for one in caught.value.problems] == ["brands.acme.prise", "weeks"]
