"""Matched costs: to what an arm may be matched, and what of it may be scaled."""

import pytest
from scenario_kit import MARKET, load, told

SPENDS = 'interventions = [{ brand = "acme", spend = { usage = 1 } }]\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f'[arms.a]\ncost_matched_to = "poinds"\n{SPENDS}', 'is "poinds"; there is no such arm (did you mean points?)'),
        (f'[arms.a]\ncost_matched_to = "a"\n{SPENDS}', 'is "a"; an arm cannot be matched to itself'),
        (f'[arms.a]\ncost_matched_to = "baseline"\n{SPENDS}', "whose cost is nothing by definition"),
        (f'[arms.baseline]\ncost_matched_to = "points"\n{SPENDS}', "baseline cannot be matched"),
        (
            '[arms.a]\ncost_matched_to = "points"\n',
            "there is nothing to scale in this arm; give acme `spend`, as weights, or `set`",
        ),
        (
            f'[arms.a]\ncost_matched_to = "b"\n{SPENDS}[arms.b]\ncost_matched_to = "a"\n{SPENDS}',
            "in a circle: a -> b -> a",
        ),
    ],
)
def test_a_cost_that_cannot_be_matched_is_told_once(text, problem):
    (found,) = told('[arms.points]\nlabel = "x"\n' + text)
    assert found.startswith("mine.toml:12: arms.")
    assert ".cost_matched_to: " in found
    assert problem in found


def test_costs_may_be_matched_in_a_chain():
    arms = "".join(f'[arms.{key}]\ncost_matched_to = "{to}"\n{SPENDS}' for key, to in (("a", "b"), ("b", "points")))
    assert load("[arms.points]\n" + arms).arms["a"].cost_matched_to == "b"


@pytest.mark.parametrize(
    ("goal", "change"),
    [
        ("budget", 'set = { "scheme.reward_rate" = 0.05 }'),
        ("budget", "set = { price = 4 }, spend = { usage = 0 }"),
        ("a", "set = { price = 4 }"),
    ],
)
def test_an_arm_that_gives_something_away_may_be_matched_to_a_budget_or_to_one_that_spends(goal, change):
    budget = "budget = 0.03\n" if goal == "budget" else ""
    scenario = load(
        f'[arms.a]\n{SPENDS}[arms.b]\ncost_matched_to = "{goal}"\ninterventions = [{{ brand = "acme", {change} }}]\n',
        market=budget + MARKET,
    )
    assert scenario.arms["b"].cost_matched_to == goal
    assert scenario.budget == (0.03 if goal == "budget" else None)


def test_the_budget_may_be_changed_from_outside_and_swept():
    text = f'[arms.a]\ncost_matched_to = "budget"\n{SPENDS}[sweep]\nbudget = [0.01, 0.03, 0.05]\n'
    assert load(text, "budget=0.01").budget == 0.01
    assert load(text, "budget=0.01").sweep["budget"] == [0.01, 0.03, 0.05]


MATCHED = f'[arms.a]\ncost_matched_to = "budget"\n{SPENDS}'


@pytest.mark.parametrize(
    ("text", "sets", "problem"),
    [
        ("", ["budget=0.03"], "--set: budget: no arm is matched to it; give at least one arm cost_matched_to"),
        (MATCHED, ["budget=3"], "--set: budget: is 3; must be a number above 0 and at most 1, or none"),
        (
            MATCHED, [],
            "mine.toml:10: arms.a.cost_matched_to: is \"budget\", but there is none; write budget = 0.03, a share",
        ),
        (
            f"[arms.budget]\n{SPENDS}", [],
            "mine.toml:9: arms.budget: budget is what arms are matched to by that name; call the arm otherwise",
        ),
    ],
)  # fmt: skip
def test_a_budget_that_makes_no_sense_is_told(text, sets, problem):
    assert any(found.startswith(problem) for found in told(text, *sets))


BOTH = 'interventions = [{ brand = "acme", set = { "scheme.reward_rate" = 0.05 }, spend = { usage = 1 } }]\n'
TERMS = (
    'interventions = [{ brand = "acme", set = { price = 4, unit_cost = 0.3, "scheme.threshold" = 5, '
    '"scheme.expiry_weeks" = 9, "scheme.reward_cost" = 1 } }, { brand = "bolt", spend = { usage = 1 } }]\n'
)


@pytest.mark.parametrize(
    "said",
    [
        'scales = ["spend"]', 'scales = ["scheme.reward_rate"]', 'scales = ["scheme.reward_rate", "spend"]',
        'shares = { spend = 0.5, "scheme.reward_rate" = 0.5 }', 'shares = { spend = 0.2, "scheme.reward_rate" = 0.8 }',
    ],
)  # fmt: skip
def test_an_arm_may_say_what_is_scaled(said):
    arm = load(f'[arms.p]\n{SPENDS}[arms.a]\ncost_matched_to = "p"\n{said}\n{BOTH}').arms["a"]
    assert (arm.scales is None) != (arm.shares is None)


@pytest.mark.parametrize(
    ("said", "what", "problem"),
    [
        ("", BOTH, 'cost_matched_to: spends and sets scheme.reward_rate; say what is scaled: scales = ["spend"] or'),
        ('scales = ["spent"]', BOTH, 'scales.0: acme does not set "spent" in this arm (did you mean spend?); there is'),
        ('scales = ["price"]', BOTH, 'scales.0: acme does not set "price" in this arm; there is spend, scheme.reward'),
        ('scales = ["spend"]', TERMS, "scales.0: acme spends nothing in this arm; there is price, unit_cost, scheme"),
        ('scales = ["spend", "spend"]', BOTH, 'scales.1: is "spend", which is in the list already'),
        ("scales = []", BOTH, "scales: is empty; name what is scaled, or leave it out: spend, scheme.reward_rate"),
        ("shares = {}", BOTH, "shares: is empty; name what is scaled, or leave it out: spend, scheme.reward_rate"),
        ("scales = [3]", BOTH, "scales.0: is 3; must be a text"),
        ('scales = ["unit_cost"]', TERMS, "scales.0: unit_cost is no part of the cost of an arm, so scaling"),
        ('scales = ["scheme.expiry_weeks"]', TERMS, "scales.0: scheme.expiry_weeks is no number between others, so it"),
        ('scales = ["scheme.reward_cost"]', TERMS, "scales.0: scheme.reward_cost is 1.0 without the change too, so"),
        ('shares = { spend = 0.5, "scheme.reward_rate" = 0.6 }', BOTH, "shares: sum to 1.1; must sum to 1, within"),
        ('shares = { spend = 0, "scheme.reward_rate" = 1 }', BOTH, "shares.spend: is 0; must be a number above 0"),
        ("shares = { spend = 1 }", BOTH, "shares: leave out scheme.reward_rate, which costs money too; give it"),
        (
            'shares = { "scheme.threshold" = 0.5, price = 0.5 }\nscales = ["price"]', TERMS,
            "shares: names what is scaled, as `scales` does; take one of them out",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_scaled_is_told(said, what, problem):
    (found,) = told(f'[arms.p]\n{SPENDS}[arms.a]\ncost_matched_to = "p"\n{said}\n{what}')
    line = 12 if problem.startswith("cost") else 13
    assert found.startswith(f"mine.toml:{line}: arms.a.{problem}")


def test_two_settings_that_cause_the_same_cost_cannot_both_have_a_share():
    terms = '"scheme.reward_rate" = 0.05, "scheme.threshold" = 5'
    shares = 'shares = { "scheme.reward_rate" = 0.5, "scheme.threshold" = 0.5 }'
    (found,) = told(
        f'[arms.p]\n{SPENDS}[arms.a]\ncost_matched_to = "p"\n{shares}\n'
        f'interventions = [{{ brand = "acme", set = {{ {terms} }} }}]\n'
    )
    assert "cannot be told from scheme.reward_rate in the cost; name one of them" in found


@pytest.mark.parametrize("name", ['scales = ["spend"]', "shares = { spend = 1 }"])
def test_scaling_without_a_match_is_of_no_use(name):
    (found,) = told(f"[arms.a]\n{name}\n{SPENDS}")
    assert found.startswith("mine.toml:10: arms.a.s")
    assert found.endswith("is of no use in an arm that has no cost_matched_to")


def test_what_only_a_rival_does_cannot_be_scaled():
    (found,) = told(f'[arms.p]\n{SPENDS}[arms.a]\ncost_matched_to = "p"\n{SPENDS.replace("acme", "bolt")}')
    assert "there is nothing to scale in this arm; give acme `spend`" in found
