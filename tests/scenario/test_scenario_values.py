"""Single values: what is not allowed is told with its line, its path, itself, and what is allowed."""

import pytest
from scenario_kit import MARKET, load, told

WHOLE = "must be a whole number of at least 1 and at most 100_000_000"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("shopers = 5", "mine.toml:1: shopers: unknown key shopers (did you mean shoppers?); allowed here: shoppers, "),
        ('extend = "x"', "mine.toml:1: extend: unknown key extend (did you mean extends?); allowed here: shoppers, "),
        ("shoppers = 0", f"mine.toml:1: shoppers: is 0; {WHOLE}"),
        ("shoppers = 1e30", f"mine.toml:1: shoppers: is 1e+30; {WHOLE}"),
        (f"shoppers = {10**30}", f"mine.toml:1: shoppers: is 1e+30; {WHOLE}"),
        (f"shoppers = 0x{'f' * 5000}", f"mine.toml:1: shoppers: is inf; {WHOLE}"),
        ("shoppers = nan", f"mine.toml:1: shoppers: is nan; {WHOLE}"),
        ("shoppers = true", f"mine.toml:1: shoppers: is true; {WHOLE}"),
        ('shoppers = "many"', f'mine.toml:1: shoppers: is "many"; {WHOLE}'),
        ('shoppers = "500"', f'mine.toml:1: shoppers: is "500"; {WHOLE} (did you mean 500, without quotes?)'),
        ("shoppers = 500.0", f"mine.toml:1: shoppers: is 500.0; {WHOLE} (did you mean 500?)"),
        ("shoppers = [1, 2]", f"mine.toml:1: shoppers: is [1, 2]; {WHOLE}"),
        ("shoppers = 1979-05-27", f'mine.toml:1: shoppers: is "1979-05-27"; {WHOLE}'),
        ("title = 5", "mine.toml:1: title: is 5; must be a text"),
        ("seed = -1", "mine.toml:1: seed: is -1; must be a whole number of at least 0 and at most 9_223_372"),
        ("replicates = 10001", "replicates: is 10001; must be a whole number of at least 1 and at most 10_000"),
        ("expertise = 0.5", "expertise: unknown key expertise (did you mean population.expertise?); allowed here: "),
        ('network.kind = "smallworld"', 'network.kind: is "smallworld"; must be one of small_world, scale_free, '),
        ('network.kind = "smallworld"', "(did you mean small_world?)"),
        ("network = 3", "mine.toml:1: network: is 3; must be a table with kind, ties, rewiring, homophily, segments"),
        ("behaviours.own_experiense.on = true", "unknown key own_experiense (did you mean own_experience?)"),
        ("behaviours.own_experience.wait = 1", "mine.toml:1: behaviours.own_experience.wait: unknown key wait"),
        ("behaviours.own_experience.weight = -1", "is -1; must be a number of at least 0 and at most 10"),
        ('behaviours.own_experience.on = "yes"', 'is "yes"; must be true or false (did you mean true?)'),
        ("behaviours.own_experience.on = 1", "behaviours.own_experience.on: is 1; must be true or false"),
        ("behaviours.word_of_mouth.pair = [1]", "behaviours.word_of_mouth.pair"),
        ("behaviours.word_of_mouth.low = 0.9", "low is 0.9 and high is 0.8; low must be below high"),
        ('focal = "acne"', 'mine.toml:1: focal: is "acne"; there is no such brand (did you mean acme?); there is acme'),
        (
            "calibrated.constants = { acme = 1 }",
            "(beyond them: nothing; without: bolt); calibrate again, or take it out",
        ),
    ],
)
def test_a_wrong_value_is_told_with_its_place_and_what_is_allowed(text, problem):
    problems = told(market=f"{text}\n{MARKET}")
    assert any(problem in one for one in problems), problems


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("price = -5", "mine.toml:9: brands.acme.price: is -5; must be a number above 0 and at most 50_000"),
        ("price = inf", "mine.toml:9: brands.acme.price: is inf; must be a number above 0 and at most 50_000"),
        ("price = 1e999", "mine.toml:9: brands.acme.price: is inf; must be a number above 0 and at most 50_000"),
        ("share = 1", "mine.toml:9: brands.acme.share: is 1; must be a number above 0 and below 1"),
        ("share = 0.5", "mine.toml:9: brands: the shares of the 2 brands sum to 1.1; must sum to 1, within 0.001"),
        ("prise = 3", "mine.toml:9: brands.acme.prise: unknown key prise (did you mean price?); allowed here: label, "),
        ("spend.adverts = -1", "mine.toml:9: brands.acme.spend.adverts: is -1; must be a number"),
        ("spend.advert = 1", "mine.toml:9: brands.acme.spend.advert: unknown key advert (did you mean adverts?)"),
        ("scheme.threshold = 0", "mine.toml:9: brands.acme.scheme.threshold: is 0; must be a number of at least 1"),
        ("scheme = 0.05", "mine.toml:9: brands.acme.scheme: is 0.05; must be a table with reward_rate, threshold"),
    ],
)
def test_a_wrong_value_of_a_brand_is_told_with_its_place_and_what_is_allowed(row, problem):
    kept = "".join(f"{one}\n" for one in ("share = 0.4", "price = 5") if one.split()[0] != row.split()[0])
    market = f"[brands.bolt]\nshare = 0.6\nprice = 4.5\n[retailers.shop]\n{'#' * 3}\n[brands.acme]\n{kept}"
    market += "\n" * (8 - market.count("\n"))
    assert any(problem in one for one in told(f"{row}\n", market=market))


def test_all_problems_are_told_at_once_in_the_order_of_the_lines():
    problems = told("[category]\nrate_shape = -1\n[brands.Cold]\nshare = 0.5\n[bogus]\nx = 1\n")
    where = [one.split(": ")[:2] for one in problems]
    assert where == [
        ["mine.toml:10", "category.rate_shape"],
        ["mine.toml:11", "brands.Cold"],
        ["mine.toml:11", "brands.Cold.price"],
        ["mine.toml:12", "brands"],
        ["mine.toml:13", "bogus"],
    ]
    assert "must be a text of a-z, 0-9 and _, beginning with a letter, at most 40 characters long" in problems[1]


def test_shares_are_judged_although_another_value_is_wrong_too():
    problems = told("", "brands.acme.share=0.5", "shoppers=0")
    assert len(problems) == 2
    assert any("sum to 1.1; must sum to 1" in one for one in problems)


def test_a_missing_price_is_told_at_the_brand_that_lacks_it():
    problems = told("[brands.cold]\nshare = 0.1\n")
    assert "mine.toml:9: brands.cold.price: is missing; must be a number above 0 and at most 50_000" in problems


def test_one_brand_is_no_market():
    market = "[brands.acme]\nshare = 0.5\nprice = 1\n[retailers.shop]\n"
    assert any(
        one.startswith("mine.toml:1: brands: has 1 entry; must be a table of at least 2") for one in told(market=market)
    )


def test_a_scenario_without_brands_is_told_what_it_must_do():
    problems = told(market='title = "x"\n')
    assert any("brands: is missing; a scenario must extend another" in one for one in problems)
    assert any("retailers: is missing" in one for one in problems)


@pytest.mark.parametrize("market", ["", "\n\n", "# only words\n", "\ufeff".encode().decode("utf-8-sig")])
def test_an_empty_scenario_is_one_problem(market):
    (problem,) = told(market=market)
    assert problem.startswith("mine.toml:1: is empty; a scenario must extend another")
    assert "define two brands" in problem


def test_long_values_are_cut_after_sixty_characters():
    (problem,) = told(market=f'seed = "{"x" * 500}"\n{MARKET}')
    shown = problem.split("is ")[1].split("; must")[0]
    assert len(shown) <= 60
    assert shown.endswith("...")


def test_control_characters_in_values_do_not_reach_the_terminal():
    (problem,) = told(market=f'seed = "\\u001b[31m\\u009b"\n{MARKET}')
    assert problem.isprintable()
    assert "\\u001b[31m\\u009b" in problem


def test_markets_without_differences_in_taste_can_be_written():
    scenario = load("[category]\ntaste_concentration = 'none'\n[behaviours.word_of_mouth]\nmemory = 'none'\n")
    assert scenario.category.taste_concentration is None
    assert scenario.behaviours["word_of_mouth"].memory is None
    (problem,) = told("[category]\ntaste_concentration = 'non'\n")
    assert "must be a number above 0 and at most 1_000, or none (did you mean none?)" in problem


def test_what_a_file_leaves_out_has_its_default():
    scenario = load()
    assert (scenario.weeks, scenario.burn_in, scenario.replicates, scenario.seed) == (104, 52, 20, 1)
    assert (scenario.focal, scenario.run_off_weeks, scenario.shoppers) == ("acme", 0, 20_000)
    assert scenario.behaviours["own_experience"].weight == 0.5
    assert scenario.behaviours.keys() == {"own_experience", "word_of_mouth"}
    assert list(scenario.arms) == ["baseline"]
    assert list(scenario.market.brands) == ["acme", "bolt"]


def test_the_market_of_a_scenario_is_what_its_own_keys_say():
    scenario = load("[population.expertise]\nmean = 0.25\n")
    assert scenario.market.population.expertise.mean == 0.25
    assert type(scenario.market).__name__ == "MarketSpec"
    assert scenario.market.model_dump().keys() < scenario.model_dump().keys()
