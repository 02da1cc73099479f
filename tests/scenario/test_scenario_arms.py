"""Arms: what may change while the market runs, and when."""

import pytest
from scenario_kit import load, told

ARM = "[[arms.points.interventions]]\n"


def one(text):
    """Return the problem of a scenario with one intervention, which begins in line nine."""
    (problem,) = told(ARM + text)
    return problem


def test_an_arm_is_read_with_its_label_and_changes():
    scenario = load(
        '[arms.points]\nlabel = "5 %"\n' + ARM + 'brand = "acme"\nfrom_week = 4\nset = {"scheme.reward_rate" = 0.05}\n'
    )
    arm = scenario.arms["points"]
    assert list(scenario.arms) == ["baseline", "points"]
    assert arm.label == "5 %"
    assert arm.interventions[0].set == {"scheme.reward_rate": 0.05}


def test_the_baseline_may_have_a_label_and_changes_of_its_own():
    change = '[[arms.baseline.interventions]]\nbrand = "bolt"\nset.price = 4\n'
    scenario = load(f'[arms.points]\n[arms.baseline]\nlabel = "Today"\n{change}')
    assert list(scenario.arms) == ["baseline", "points"]
    assert scenario.arms["baseline"].label == "Today"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("price", "4"),
        ("unit_cost", "0.3"),
        ("scheme.reward_rate", "0.05"),
        ("scheme.threshold", "5"),
        ("scheme.joining_open", "false"),
        ("scheme.expiry_weeks", "4"),
        ("spend.adverts", "9"),
    ],
)
def test_a_brand_can_change_its_terms(path, value):
    assert load(f'{ARM}brand = "acme"\nset = {{ "{path}" = {value} }}\n').arms["points"].interventions


@pytest.mark.parametrize("path", ["behaviours.own_experience.weight", "retailers.shop.markup"])
def test_without_a_brand_behaviours_and_retailers_can_change(path):
    assert load(f'{ARM}set = {{ "{path}" = 0.3 }}\n').arms["points"].interventions


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("price", "-1", "is -1; must be a number above 0 and at most 50_000"),
        ("price", "0", "is 0; must be a number above 0 and at most 50_000"),
        ("price", "nan", "is nan; must be"),
        ("price", '"low"', 'is "low"; must be a number above 0 and at most 50_000'),
        ("price", "true", "is true; must be a number above 0 and at most 50_000"),
        ("prise", "1", "unknown key prise (did you mean price?); allowed here: label, share, price"),
        ("scheme", "1", "is 1; must be a table with reward_rate, threshold"),
        ("scheme.reward", "1", "unknown key reward (did you mean reward_rate?); allowed here: reward_rate, threshold"),
        ("scheme.reward_rate", "1.5", "is 1.5; must be a number of at least 0 and at most 1"),
        ("price.low", "1", "unknown key low"),
        ("price..low", "1", "not a path; write one like brands.acme.price"),
        ("share", "0.2", "is fixed when the market is built and cannot change on the timeline"),
        ("label", '"A"', "is fixed when the market is built and cannot change on the timeline"),
        ("brands.acme.price", "4", "unknown key brands"),
    ],
)
def test_what_a_brand_cannot_be_set_to_is_told_where_it_is_set(path, value, problem):
    found = one(f'brand = "acme"\nset = {{ "{path}" = {value} }}\n')
    shown = path if path.isidentifier() else f'"{path}"'
    assert found.startswith(f"mine.toml:11: arms.points.interventions.0.set.{shown}: ")
    assert problem in found


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("shoppers", "is fixed when the market is built and cannot change on the timeline"),
        ("population.expertise.mean", "is fixed when the market is built"),
        ("network.ties", "is fixed when the market is built"),
        ("category.purchase_rate", "is fixed when the market is built"),
        ("capability.most", "is fixed when the market is built"),
        ("behaviours.own_experience.on", "is fixed when the market is built"),
        ("retailers.shop.label", "is fixed when the market is built"),
        ("brands.acme.price", 'without `brand` only the market changes; write brand = "acme" and price here'),
        ("brands.acne.price", "there is no brands.acne (did you mean acme?); there is acme, bolt"),
        ("retailers.shopp.markup", "there is no retailers.shopp (did you mean shop?); there is shop"),
        ("behaviours.own.weight", "unknown key own"),
        ("behaviours.own_experience.wait", "unknown key wait (did you mean weight?)"),
        ("bogus", "unknown key bogus; allowed here: shoppers, population"),
    ],
)
def test_what_the_market_cannot_change_is_told_where_it_is_set(path, problem):
    found = one(f'set = {{ "{path}" = 1 }}\n')
    assert found.startswith("mine.toml:10: arms.points.interventions.0.set.")
    assert problem in found


def test_values_that_only_fit_together_may_be_set_together():
    both = '"behaviours.word_of_mouth.low" = 0.9, "behaviours.word_of_mouth.high" = 0.95'
    assert load(f"{ARM}set = {{ {both} }}\n").arms["points"].interventions
    assert "low must be below high" in one('set = { "behaviours.word_of_mouth.low" = 0.9 }\n')


def test_a_path_without_quotes_is_told_to_get_some():
    found = one('brand = "acme"\nset = { scheme.reward_rate = 0.05 }\n')
    assert found.startswith("mine.toml:11: arms.points.interventions.0.set.scheme: ")
    assert found.endswith('put quotes around the path: "scheme.reward_rate" = ...')


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'brand = "acne"\nset.price = 1\n',
            '.brand: is "acne"; there is no such brand (did you mean acme?); there is acme, bolt',
        ),
        ("brand = [5]\nset.price = 1\n", ".brand: is [5]; must be a text of a-z, 0-9 and _"),
        ("brand = 5\nset.price = 1\n", ".brand: is 5; must be a text of a-z, 0-9 and _"),
        ('brand = "acme"\n', ": changes nothing; give it `set` or `spend`"),
        ("spend.adverts = 3\n", ".spend: money is spent by a brand; name it in `brand`"),
        ('brand = "acme"\nspend.adverts = -3\n', ".spend.adverts: is -3; must be a number"),
        ('brand = "acme"\nspend.advert = 3\n', ".spend.advert: unknown key advert (did you mean adverts?)"),
        ('brand = "acme"\nsett.price = 3\n', ".sett: unknown key sett (did you mean set?)"),
        (
            'brand = "acme"\nset.price = 1\nfrom_week = 104\n',
            ".from_week: is 104, after the end; must be below weeks (104)",
        ),
        (
            'brand = "acme"\nset.price = 1\nto_week = 105\n',
            ".to_week: is 105, after the end; must be at most weeks (104)",
        ),
        ('brand = "acme"\nset.price = 1\nfrom_week = 5\nto_week = 5\n', ".to_week: is 5; must be above from_week (5)"),
        ('brand = "acme"\nset.price = 1\nfrom_week = -1\n', ".from_week: is -1; must be a whole number of at least 0"),
        (
            'brand = "acme"\nset.price = 1\nramp_weeks = 1.5\n',
            ".ramp_weeks: is 1.5; must be a whole number of at least 0",
        ),
    ],
)
def test_an_intervention_that_makes_no_sense_is_told(text, problem):
    assert f"arms.points.interventions.0{problem}" in one(text)


def test_a_change_of_a_brand_that_is_no_table_is_told_without_harm():
    problems = told(f'[brands]\ncold = 5\n{ARM}brand = "cold"\nset.price = 1\n')
    assert any(found.startswith("mine.toml:10: brands.cold: is 5; must be a table") for found in problems)


def test_a_change_may_end_with_the_last_week():
    assert load(ARM + 'brand = "acme"\nset.price = 1\nfrom_week = 103\nto_week = 104\n')


def test_a_shorter_run_from_outside_makes_a_late_change_wrong():
    (problem,) = told(ARM + 'brand = "acme"\nset.price = 1\nfrom_week = 50\n', "weeks=50")
    assert problem.startswith("mine.toml:12: ")
    assert "must be below weeks (50)" in problem
