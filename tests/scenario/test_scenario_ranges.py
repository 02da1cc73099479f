"""What is uncertain and what is swept: paths must lead somewhere and values must be allowed there."""

import pytest
from scenario_kit import load, told


def test_ranges_and_lists_are_read_as_written():
    scenario = load(
        '[uncertain]\n"behaviours.own_experience.weight" = { low = 0.1, high = 1 }\n'
        '[sweep]\n"population.expertise.mean" = [0.1, 0.5]\n"network.kind" = ["none", "scale_free"]\n'
        '"brands.acme.spend.adverts" = [0, 100]\n'
    )
    assert scenario.uncertain["behaviours.own_experience.weight"].high == 1
    assert scenario.sweep["population.expertise.mean"] == [0.1, 0.5]


def test_what_an_arm_does_can_be_swept_too():
    arm = '[[arms.points.interventions]]\nbrand = "acme"\nset = { "scheme.reward_rate" = 0.05 }\n'
    path = "'arms.points.interventions.0.set.\"scheme.reward_rate\"'"
    assert load(f"{arm}[sweep]\n{path} = [0.01, 0.05]\n").sweep
    assert "there is no" in told(f"{arm}[sweep]\n{path.replace('_rate', '')} = [0.01]\n")[0]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('"behaviours.own_experience.wait" = { low = 0, high = 1 }', ": unknown key wait (did you mean weight?)"),
        (
            '"brands.acne.price" = { low = 1, high = 2 }',
            ": there is no brands.acne (did you mean acme?); there is acme, bolt",
        ),
        ('"brands.acme.share" = { low = 0.1, high = 0.5 }', ": one share alone cannot vary, since all shares sum to 1"),
        ('"title" = { low = 1, high = 2 }', ": title is not a number of the market, it cannot vary"),
        ('"a b" = { low = 1, high = 2 }', ": not a path; its parts are joined by dots"),
        (
            '"brands.acme.price" = { low = -1, high = 2 }',
            ".low: is -1; must be a number above 0 and at most 50_000",
        ),
        ('"brands.acme.price" = { low = 2, high = 1 }', ".high: is 1; must be above low (2)"),
        ('"brands.acme.price" = { low = 2 }', ".high: is missing; must be a number"),
        ('"brands.acme.price" = { low = 2, high = nan }', ".high: is nan; must be a number"),
        (
            '"brands.acme.price" = { low = 2, hi = 3, high = 4 }',
            ".hi: unknown key hi (did you mean high?); allowed here: low, high",
        ),
        ('"brands.acme.price" = 3', ": is 3; must be a table with low, high"),
        ('"network.ties" = { low = 2.5, high = 9 }', ".low: is 2.5; must be a whole number of at least 1"),
        (
            "brands.acme.price = { low = 1, high = 2 }",
            ': put quotes around the path: "brands.acme.price" = { low = ..., high = ... }',
        ),
    ],
)
def test_a_range_that_makes_no_sense_is_told(row, problem):
    problems = told(f"[uncertain]\n{row}\n")
    assert len({one.split(": ")[1] for one in problems}) == len(problems)
    assert all(one.startswith("mine.toml:10: uncertain.") for one in problems)
    assert any(problem in one for one in problems), problems


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('"population.expertise.mean" = [0.5, 1.5]', ".1: is 1.5; must be a number of at least 0 and at most 1"),
        ('"population.expertise.mean" = [0.5, "x"]', '.1: is "x"; must be a number of at least 0 and at most 1'),
        ('"population.expertise.mean" = [0.5, 0.5]', ".1: is 0.5, which is in the list already"),
        ('"population.expertise.mean" = []', ": has 0 entries; must be a list of at least 1 and at most 1000 entries"),
        ('"population.expertise.mean" = 0.5', ": is 0.5; must be a list of at least 1"),
        ('"population.expertise.mean" = [[0.5]]', ".0: is [0.5]; must be true or false or a whole number or"),
        ('"population.expertice.mean" = [0.5]', ": unknown key expertice (did you mean expertise?)"),
        ('"brands.acme.spend.advert" = [1, 2]', ": unknown key advert (did you mean adverts?)"),
        ('"behaviours.word_of_mouth.low" = [0.1, 0.9]', ".1: low is 0.9 and high is 0.8; low must be below high"),
        ("population.expertise.mean = [0.5]", ': put quotes around the path: "population.expertise.mean" = [ ... ]'),
    ],
)
def test_a_sweep_that_makes_no_sense_is_told(row, problem):
    (found,) = told(f"[sweep]\n{row}\n")
    assert found.startswith("mine.toml:10: sweep.")
    assert problem in found


def test_a_number_is_either_swept_or_sampled():
    path = '"population.expertise.mean"'
    (problem,) = told(f"[uncertain]\n{path} = {{ low = 0, high = 1 }}\n[sweep]\n{path} = [0.5]\n")
    assert problem.endswith("is in `uncertain` too; a number is either swept or sampled")
