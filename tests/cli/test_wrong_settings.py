"""Wrong settings of each part of a scenario: one error with line, path, value, what is allowed; nothing is written."""

import pytest
from cli_kit import type_command

from sim.scenario.load import load_scenario

SPENDS = '[[arms.a.interventions]]\nbrand = "acme"\nspend = { usage = 1.0 }'
GIVES = '[[arms.a.interventions]]\nbrand = "acme"\nset = { "scheme.reward_rate" = 0.02 }\nspend = { usage = 1.0 }'
MATCHED = 'budget = 0.03\n[arms.a]\ncost_matched_to = "budget"\n'
CHANGES = "[arms.a]\n[[arms.a.interventions]]\n"
REACTS = 'brands.acme.strategy = { kind = "reactive", follows = "bolt", '
RATE = "must be a number of at least 0 and at most 1"

WRONG = [
    (
        f'budget = 0\n[arms.a]\ncost_matched_to = "budget"\n{SPENDS}',
        "2: budget: is 0; must be a number above 0 and at most 1, or none",
    ),
    ("budget = 0.03", '2: budget: no arm is matched to it; give at least one arm cost_matched_to = "budget"'),
    (
        f'[arms.a]\ncost_matched_to = "budget"\n{SPENDS}',
        '3: arms.a.cost_matched_to: is "budget", but there is none; write',
    ),
    (
        f'budget = 0.03\n[arms.a]\ncost_matched_to = "bugdet"\n{SPENDS}',
        'is "bugdet"; there is no such arm (did you mean budget?)',
    ),
    (
        f'{MATCHED}scales = ["price"]\n{SPENDS}',
        '5: arms.a.scales.0: acme does not set "price" in this arm; there is spend',
    ),
    (
        f'{MATCHED}scales = "spend"\n{SPENDS}',
        'is "spend"; must be a list, each entry a text, or none (did you mean ["spend"]?)',
    ),
    (f"{MATCHED}scales = []\n{SPENDS}", "5: arms.a.scales: is empty; name what is scaled"),
    (
        f'{MATCHED}shares = {{ spend = 0.5, "scheme.reward_rate" = 0.6 }}\n{GIVES}',
        "5: arms.a.shares: sum to 1.1; must sum to 1",
    ),
    (f"{MATCHED}{GIVES}", "spends and sets scheme.reward_rate; say what is scaled"),
    ('brands.acme.strategy.kind = "reactiv"', "must be one of fixed, reactive (did you mean reactive?)"),
    (
        'brands.acme.strategy = { follows = "bolt" }',
        '2: brands.acme.strategy.follows: is "bolt", but the brand answers nobody',
    ),
    (
        f'{REACTS}matches = ["prices"] }}',
        '2: brands.acme.strategy.matches.0: is "prices"; must be one of price, scheme',
    ),
    (f"{REACTS}matches = [] }}", "2: brands.acme.strategy.matches: is empty, so the brand answers nothing"),
    (f"{REACTS}lag_weeks = 0 }}", "lag_weeks: is 0; must be a whole number of at least 1 and at most 500"),
    (f"{REACTS}response = 2 }}", f"2: brands.acme.strategy.response: is 2; {RATE}"),
    (f"{REACTS}respons = 1 }}", "unknown key respons (did you mean response?)"),
    ("brands.acme.scheme.tier_at = -1", "2: brands.acme.scheme.tier_at: is -1; must be a number of at least 0"),
    ("brands.acme.scheme.tier_bonus = -0.5", "2: brands.acme.scheme.tier_bonus: is -0.5; must be"),
    ("brands.acme.scheme.voucher_every = 2.5", "voucher_every: is 2.5; must be a whole number of at least 0"),
    ("brands.acme.scheme.voucher_use = 2", f"2: brands.acme.scheme.voucher_use: is 2; {RATE}"),
    ("brands.acme.scheme.voucher_evry = 4", "unknown key voucher_evry (did you mean voucher_every?)"),
    ("brands.acme.service.coverage = 1.4", f"2: brands.acme.service.coverage: is 1.4; {RATE}"),
    ('brands.acme.service.recovery = "yes"', f'2: brands.acme.service.recovery: is "yes"; {RATE}'),
    (
        "brands.acme.service.gesture_size = -2",
        "2: brands.acme.service.gesture_size: is -2; must be a number of at least 0",
    ),
    ("brands.acme.profile.segments = 0", "2: brands.acme.profile.segments: is 0; must be a whole number of at least 1"),
    ("brands.acme.profile.uses_data = 1", "2: brands.acme.profile.uses_data: is 1; must be true or false"),
    ("brands.acme.promise = 50", "2: brands.acme.promise: is 50; must be a number of at least -5 and at most 5"),
    ("brands.acme.awareness = 1.2", f"2: brands.acme.awareness: is 1.2; {RATE}, or none"),
    ("brands.acme.launch_week = 500", "2: brands.acme.launch_week: is 500, after the end; must be below weeks (104)"),
    ("brands.acme.launch_week = 5.5", "2: brands.acme.launch_week: is 5.5; must be a whole number"),
    (
        'retailers.corner.assortment = ["acmee"]',
        '2: retailers.corner.assortment.0: is "acmee"; there is no such brand (did you mean acme?)',
    ),
    ('retailers.corner.assortment = "acme"', '(did you mean ["acme"]?)'),
    ("retailers.corner.assortment = []", "has 0 entries; must be a list of at least 1 entry, each"),
    ("retailers.corner.fee = -1", "2: retailers.corner.fee: is -1; must be a number of at least 0"),
    ('retailers.corner.hassle = "long"', '2: retailers.corner.hassle: is "long"; must be a number of at least 0'),
    (
        "retailers.corner.service = 9",
        "2: retailers.corner.service: is 9; must be a number of at least -5 and at most 5",
    ),
    ("retailers.corner.share = 0", "2: retailers.corner.share: is 0; must be a number above 0"),
    ("population.shop_first = 1.5", f"2: population.shop_first: is 1.5; {RATE}"),
    ("behaviours.circumstances.economy = 1", "economy: is 1; must be a number of at least -1 and at most 0"),
    ("behaviours.advertising.weigth = 1", "2: behaviours.advertising.weigth: unknown key weigth; allowed here: on, "),
    ("behaviours.promise.weight = 1", "2: behaviours.promise.weight: unknown key weight; allowed here: on"),
    ('behaviours.people.on = "yes"', 'is "yes"; must be true or false (did you mean true?)'),
    ("behaviours.complaints.chance = 3", f"2: behaviours.complaints.chance: is 3; {RATE}"),
    ('behaviours.education.reach = "far"', '2: behaviours.education.reach: is "far"; must be a number'),
    ("behaviours.engagement.on = 1", "2: behaviours.engagement.on: is 1; must be true or false"),
    ("behaviours.personal_fit.drift = -1", "2: behaviours.personal_fit.drift: is -1; must be a number of at least 0"),
    ("behaviours.pantry.correction = nan", "2: behaviours.pantry.correction: is nan; must be a number of at least 0"),
    ("behaviours.transaction.completion = 2", "2: behaviours.transaction.completion: is 2; must be a number"),
    ("behaviours.add_on.chance = 2", "2: behaviours.add_on.chance: is 2; must be a number above 0 and below 1"),
    ("behaviours.tiers.grace = -1", "2: behaviours.tiers.grace: is -1; must be a"),
    ("behaviours.vouchers.on = 2", "2: behaviours.vouchers.on: is 2; must be true or false"),
    ("behaviours.habituation.rate = -1", "2: behaviours.habituation.rate: is -1; must be a number of at least 0"),
    (f'{CHANGES}set = {{ "retailers.corner.assortment" = ["acme"] }}', "lists are fixed when the market is built"),
    ("weeks = 0\n[arms.a]\n" + SPENDS, "2: weeks: is 0; must be a whole number of at least 1"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_wrong_setting_is_one_clear_error_and_nothing_is_written(here, text, said):
    (here / "mine.toml").write_text(f'extends = "markets/base"\n{text}\n')
    before = sorted(here.iterdir())
    for command in ("check", "compare"):
        done = type_command(command, "mine.toml")
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("Error: mine.toml:")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    assert sorted(here.iterdir()) == before


def test_brands_that_nobody_carries_and_a_market_without_a_start_are_told(here):
    shops = "\n".join(f'{shop}.assortment = ["bolt", "crest", "dune", "ember", "fjord", "grove", "haven"]'
                      for shop in ("corner", "market", "depot"))  # fmt: skip
    (here / "mine.toml").write_text(f'extends = "markets/base"\n[retailers]\n{shops}\n')
    said = type_command("check", "mine.toml").stderr
    assert "brands.acme: no retailer carries it; it must be in the assortment of one" in said
    late = "\n".join(f"{brand}.launch_week = 5" for brand in load_scenario("markets/base").brands)
    (here / "mine.toml").write_text(f'extends = "markets/base"\n[brands]\n{late}\n')
    said = type_command("check", "mine.toml").stderr
    assert "every brand has a launch_week; at least one must be on sale from the start" in said


def test_a_seed_that_is_too_large_is_told_by_the_flag_that_gave_it(here):
    done = type_command("check", "markets/base", "--seed", str(2**63))
    assert done.exit_code == 2
    assert "Invalid value for '--seed'" in done.stderr
