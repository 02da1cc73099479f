"""Arms that are made to cost the same: what is scaled, how far, and what cannot be done."""

import math

import numpy as np
import pytest

from sim.errors import UsageError
from sim.experiments import trials
from sim.experiments.intensity import most_intense, planned_spend, scaled, what_is_scaled
from sim.experiments.matched import matching, matching_rows, matching_sentences, matching_text
from sim.experiments.matching import match_costs
from sim.experiments.replicates import Clock, Job, run_all
from sim.experiments.result import COST_PARTS, Result
from sim.experiments.run import run_scenario
from sim.experiments.search import FEWEST_SEEDS, MOST_SEEDS, Search
from sim.market.chance import derive
from sim.market.spec import Brand, Intervention
from sim.measure.lifetime_value import discounts
from sim.scenario import Arm, LoadedScenario, parse_scenario

BASE = Brand(share=0.4, price=5.0)

# --- what an intensity does


def test_an_intensity_moves_numbers_from_where_they_were_and_multiplies_money():
    change = Intervention(brand="acme", set={"price": 4.0, "scheme.threshold": 5.0}, spend={"usage": 2.0})
    rival = change.model_copy(update={"brand": "bolt"})
    half, other = scaled((change, rival), "acme", BASE, {"price": 0.5, "spend": 3.0})
    assert half.set == {"price": 4.5, "scheme.threshold": 5.0}
    assert half.spend == {"usage": 6.0}
    assert other == rival
    (nought,) = scaled((change,), "acme", BASE, {"price": 0.0})
    assert nought.set["price"] == 5.0
    assert nought.spend == {"usage": 2.0}


def test_planned_spend_is_the_discounted_money_of_ramps_and_ends():
    changes = (
        Intervention(brand="acme", from_week=2, to_week=5, spend={"usage": 10.0, "learn": 5.0}),
        Intervention(brand="acme", from_week=4, ramp_weeks=4, spend={"adverts": 8.0}),
        Intervention(brand="bolt", from_week=0, spend={"adverts": 99.0}),  # a rival's own money
    )
    weekly = [0, 0, 15, 15, 15 + 0, 2, 4, 6, 8, 8]  # the ramp begins at nought in week 4 and is done in week 8
    worth = discounts(np.arange(10), 0.08)
    assert planned_spend(changes, "acme", 10, 0.08) == pytest.approx(float(worth @ weekly))
    tripled = scaled(changes, "acme", BASE, {"spend": 3.0})
    assert planned_spend(tripled, "acme", 10, 0.08) == pytest.approx(3.0 * float(worth @ weekly))


@pytest.mark.parametrize(
    ("sets", "most"),
    [({"scheme.reward_rate": 0.05}, 20.0), ({"price": 4.0}, 5.0), ({"scheme.administration": 1.0}, math.inf)],
    ids=["a reward of all that is spent", "a price of nothing", "no limit"],
)
def test_the_most_intense_is_where_a_limit_of_the_field_is_met(sets, most):
    change = Intervention(brand="acme", from_week=9, ramp_weeks=5, set=sets)
    assert most_intense((change,), "acme", BASE, tuple(sets)) == pytest.approx(most)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"spend": {"usage": 1.0}}, ("spend",)),
        ({"set": {"scheme.reward_rate": 0.05, "scheme.threshold": 5.0}}, ("scheme.reward_rate",)),
        ({"set": {"price": 4.0, "scheme.reward_rate": 0.05}}, ("price", "scheme.reward_rate")),
        ({"set": {"price": 5.0, "scheme.administration": 3.0, "scheme.expiry_weeks": 9}}, ("scheme.administration",)),
    ],
)
def test_what_is_scaled_unless_an_arm_says_so_is_how_much_it_gives(change, expected):
    arm = Arm(interventions=(Intervention(brand="acme", **change), Intervention(brand="bolt", set={"price": 1.0})))
    assert what_is_scaled(arm, "acme", BASE) == (expected,)


# --- the search


@pytest.mark.parametrize("power", [0.5, 1.0, 1.3, 3.0])
@pytest.mark.parametrize("first", [0.01, 1.0, 30.0])
def test_a_search_finds_where_a_cost_meets_its_target(power, first):
    search = Search(10.0, first, 1e6, 0.1)
    for _ in range(8):
        search.learn(2.0 * search.x**power)
        if search.is_met:
            break
        search.step()
    assert search.is_met
    assert search.x == pytest.approx(5.0 ** (1 / power), rel=0.03)


@pytest.mark.parametrize(("jump", "met"), [(1.04, True), (1.2, False)])
def test_a_search_takes_the_nearest_where_a_cost_jumps_over_its_target_if_it_is_near(jump, met):
    search = Search(7.2, 1.0, 1e6, 0.072)
    for _ in range(40):
        search.learn(min(search.x, 7.0 if met else 6.5) if search.x < 7.1 else jump * search.x)
        if search.is_met:
            break
        search.step()
    assert search.is_met == met
    assert (abs(search.tried[-1][1] / 7.2 - 1) < 0.05) == met


def test_a_search_says_that_even_the_most_is_too_little_and_corrects_what_it_learnt_on_few_seeds():
    search = Search(10.0, 5.0, 2.0, 0.1)
    search.learn(4.0)
    assert search.x == 2.0
    assert search.is_out_of_reach
    search.correct(10.0)
    assert search.is_met
    assert not search.is_out_of_reach


# --- the estimate


def test_who_was_drawn_is_taken_out_of_a_mean_and_money_that_is_fixed_is_left_alone():
    drawn = np.array([0.8, 1.0, 1.1, 1.3])
    parts = {name: np.zeros(4) for name in COST_PARTS} | {"rewards": 50.0 * drawn, "lever_spend": np.full(4, 7.0)}
    sample = trials.Sample(parts, drawn)
    assert sample.mean() == pytest.approx(57.0)
    assert sample.mean(("lever_spend",)) == pytest.approx(7.0)
    assert sample.error() == pytest.approx(0.0, abs=1e-9)
    assert sample.seeds_needed(57.0) == FEWEST_SEEDS


def test_more_seeds_are_asked_for_by_the_standard_error_up_to_the_most():
    parts = {name: np.zeros(4) for name in COST_PARTS} | {"rewards": np.array([98.5, 101.5, 98.5, 101.5])}
    sample = trials.Sample(parts, np.ones(4))
    error = 1.5 * math.sqrt(4 / 3) / 2
    assert sample.error() == pytest.approx(error)
    assert sample.seeds_needed(100.0) == max(4, math.ceil(4 * error**2))
    assert sample.seeds_needed(10.0) == MOST_SEEDS
    assert sample.joined(sample).seeds == 8


# --- in a market

MARKET = """
title = "The same money"
budget = 0.04
weeks = 16
burn_in = 6
run_off_weeks = 8
shoppers = 1000
replicates = 2
seed = 5
focal = "acme"
record = { panel = 0, preference_every = 0 }
category = { purchase_rate = 0.5 }
network = { kind = "none" }

brands.acme = { share = 0.5, price = 5.0, scheme = { threshold = 3.0, expiry_weeks = 6 } }
brands.bolt = { share = 0.5, price = 4.0 }
retailers.corner = {}

[calibrated]
constants = { acme = 0.0, bolt = 0.0 }
taste_concentration = 2.0
satisfaction_centre = -0.1
talk_centre = 0.2
reviews = { acme = [1, 1, 1, 1, 1], bolt = [1, 1, 1, 1, 1] }
"""
ARMS = """
[arms.points]
cost_matched_to = "budget"
interventions = [{ brand = "acme", set = { "scheme.reward_rate" = 0.05 } }]
[arms.cut]
cost_matched_to = "points"
interventions = [
  { brand = "acme", from_week = 2, set = { price = 4.9 } },
  { brand = "bolt", set = { price = 3.9 }, spend = { usage = 3.0 } },
]
[arms.spend]
cost_matched_to = "budget"
interventions = [{ brand = "acme", ramp_weeks = 4, spend = { usage = 2.0, transaction = 1.0 } }]
[arms.halves]
cost_matched_to = "budget"
shares = { spend = 0.25, "scheme.reward_rate" = 0.75 }
interventions = [{ brand = "acme", set = { "scheme.reward_rate" = 0.03 }, spend = { learn = 1.0 } }]
[arms.spend_and_cut]
cost_matched_to = "cut"
scales = ["spend"]
interventions = [{ brand = "acme", set = { price = 4.97 }, spend = { usage = 1.0 } }]
"""


def arms_of(text: str, **options) -> Result:
    return run_scenario(LoadedScenario(parse_scenario(MARKET + text), "made", ()), **options)


@pytest.fixture(scope="module")
def result() -> Result:
    return arms_of(ARMS)


@pytest.fixture(scope="module")
def rows(result) -> dict[str, dict]:
    return {row["arm"]: row for row in matching(result)}


def weekly(result: Result, measure: str, arm: str, brand: int = 0) -> np.ndarray:
    return result.weekly[measure][result.arms.keys.index(arm), :, :, brand]


def test_every_arm_costs_its_target_on_the_calibration_seeds(rows):
    assert list(rows) == ["points", "cut", "spend", "halves", "spend_and_cut"]
    for row in rows.values():
        assert row["calibration_cost"] == pytest.approx(row["target"], rel=0.01)
    assert rows["points"]["target"] == rows["spend"]["target"] == rows["halves"]["target"]
    assert rows["cut"]["target"] == rows["points"]["calibration_cost"]  # points and price cut, matched to each other
    assert rows["spend_and_cut"]["target"] == rows["cut"]["calibration_cost"]


def test_a_budget_is_a_share_of_what_the_baseline_sells(result, rows):
    counted = (result.weeks < 16) * discounts(result.weeks, 0.08)
    sold = (weekly(result, "spending", "baseline") * counted).sum(axis=1)
    # 1,000 shoppers, rates of shape .8 and tastes of S 2: sales of a market stray by some 7 %; two fresh ones here
    assert rows["spend"]["target"] == pytest.approx(0.04 * sold.mean(), rel=3 * 0.07 / math.sqrt(2))
    less = parse_scenario(MARKET + ARMS[ARMS.index("[arms.spend]") : ARMS.index("[arms.halves]")], ["budget=0.01"])
    _, (spend,) = match_costs(less, less.market, None, 2)
    assert spend.target == pytest.approx(rows["spend"]["target"] / 4)


def test_what_is_printed_is_what_the_market_did(result, rows):
    rate = rows["points"]["value"]["scheme.reward_rate"]
    assert rate == pytest.approx(0.05 * rows["points"]["intensity"]["scheme.reward_rate"])
    price = rows["cut"]["value"]["price"]
    assert price == pytest.approx(5.0 - 0.1 * rows["cut"]["intensity"]["price"])
    revenue, off = weekly(result, "revenue", "cut"), weekly(result, "price_reduction", "cut")
    week = int(np.flatnonzero(result.weeks == 5)[0])
    assert off[:, week] == pytest.approx(revenue[:, week] * (5.0 / price - 1.0))
    assert (off[:, result.weeks < 2] == 0).all()
    full = weekly(result, "lever_spend", "spend")[:, week]
    assert full == pytest.approx(rows["spend"]["value"]["spend"])
    assert full == pytest.approx(3.0 * rows["spend"]["intensity"]["spend"])


def test_what_rivals_do_in_an_arm_is_not_scaled(result):
    assert weekly(result, "lever_spend", "cut", brand=1)[:, :16] == pytest.approx(3.0)
    revenue, off = weekly(result, "revenue", "cut", brand=1), weekly(result, "price_reduction", "cut", brand=1)
    assert off[:, :16] == pytest.approx(revenue[:, :16] * (4.0 / 3.9 - 1.0))


def test_each_part_of_a_half_and_half_arm_has_its_share_of_the_cost(result, rows):
    target = rows["halves"]["target"]
    spent = result.costs["lever_spend"][result.arms.keys.index("halves")]
    assert spent == pytest.approx(0.25 * target, rel=1e-6)
    assert rows["halves"]["calibration_cost"] - spent[0] == pytest.approx(0.75 * target, rel=0.01)


def test_what_is_not_scaled_is_paid_first(result, rows):
    assert rows["spend_and_cut"]["intensity"].keys() == {"spend"}
    at = result.arms.keys.index("spend_and_cut")
    off = (5.0 / 4.97 - 1.0) * weekly(result, "revenue", "spend_and_cut")[:, :16] * discounts(np.arange(16), 0.08)
    assert result.costs["price_reduction"][at] == pytest.approx(off.sum(axis=1))


def test_trials_cost_what_a_run_of_the_same_seeds_costs():
    """Kept markets, forks and missing polls change nothing."""
    scenario = parse_scenario(MARKET + ARMS, ["record.preference_every=2"])
    timelines = {"baseline": (), "points": scenario.arms["points"].interventions}
    jobs = [Job(scenario.market, scenario, None, timelines, derive(5, "matching", r), 0, 4) for r in range(2)]
    runs = run_all(jobs, 2, Clock(1, None, "check"))
    tried = trials.Trials(scenario, scenario.market, None, timelines, 2)
    for _ in range(2):  # the second time from markets that are kept
        found = tried.sample(timelines["points"], range(2), None, "check")
        for part in COST_PARTS:
            paid = [run["points"].costs[part] - run["baseline"].costs[part] for run in runs]
            assert found.parts[part].tolist() == paid


def test_matching_does_not_depend_on_threads_or_on_what_memory_holds(rows, monkeypatch):
    some = ARMS[: ARMS.index("[arms.cut]")] + ARMS[ARMS.index("[arms.halves]") : ARMS.index("[arms.spend_and_cut]")]
    scenario = parse_scenario(MARKET + some)
    _, alone = match_costs(scenario, scenario.market, None, 1)
    monkeypatch.setattr(trials, "free_bytes", lambda: 1e6)
    _, forgetful = match_costs(scenario, scenario.market, None, 2)
    assert alone == forgetful
    for row in matching_rows(alone):
        assert row.items() <= rows[row["arm"]].items()


def test_how_arms_were_matched_is_told(result, rows):
    (text,) = matching_text(result)
    assert all(row["arm"] in text for row in rows.values())
    assert f"(x {rows['points']['intensity']['scheme.reward_rate']:.4g})" in text
    assert len(matching_sentences(result)) == len(rows)
    paid = sum(result.costs[part] for part in COST_PARTS)[result.arms.keys.index("points")]
    assert rows["points"]["cost"] == pytest.approx(paid.mean())
    assert rows["points"]["deviation"] == pytest.approx(paid.mean() / rows["points"]["target"] - 1)
    half = 12.706 * abs(paid[0] - paid[1]) / 2 / rows["points"]["target"]  # t with one degree of freedom
    assert rows["points"]["high"] - rows["points"]["deviation"] == pytest.approx(half, rel=1e-3)


SPENDS = '{ brand = "acme", spend = { usage = 1.0 } }'
HOPELESS = {
    "its goal costs nothing": (
        '[arms.free]\ninterventions = [{ brand = "acme", set = { unit_cost = 0.5 } }]\n'
        f'[arms.dear]\ncost_matched_to = "free"\ninterventions = [{SPENDS}]',
        r"arm 'dear' cannot be matched to 'free': 'free' costs 0\.00 beyond the baseline",
    ),
    "what it does besides is dearer": (
        '[arms.dear]\ncost_matched_to = "budget"\nscales = ["spend"]\n'
        'interventions = [{ brand = "acme", set = { price = 4.0 }, spend = { usage = 1.0 } }]',
        r"arm 'dear' cannot be matched to 'budget': what it does besides spend costs [\d,.]+ already, against \d",
    ),
    "its ramp never begins": (
        '[arms.late]\ncost_matched_to = "budget"\n'
        'interventions = [{ brand = "acme", from_week = 15, ramp_weeks = 9, spend = { usage = 1.0 } }]',
        r"arm 'late' cannot be matched to 'budget': it spends on no lever in time",
    ),
    "its limit is too low": (
        '[arms.huge]\ninterventions = [{ brand = "acme", spend = { usage = 90_000.0 } }]\n'
        '[arms.points]\ncost_matched_to = "huge"\n'
        'interventions = [{ brand = "acme", set = { "scheme.reward_rate" = 0.05 } }]',
        r"matched to 'huge': at scheme.reward_rate 1, the most that is allowed, it costs [\d,.]+, against 1,",
    ),
    "it takes and does not give": (
        '[arms.rise]\ncost_matched_to = "budget"\ninterventions = [{ brand = "acme", set = { price = 20_000.0 } }]',
        r"arm 'rise' cannot be matched to 'budget': at price 50000, the most that is allowed, it costs 0\.00, against",
    ),
}


@pytest.mark.parametrize("why", HOPELESS)
def test_an_arm_cannot_be_matched_if(why):
    arms, message = HOPELESS[why]
    market = MARKET.replace("shoppers = 1000", "shoppers = 200")
    if '"budget"' not in arms:
        market = market.replace("budget = 0.04\n", "")
    with pytest.raises(UsageError, match=message):
        run_scenario(LoadedScenario(parse_scenario(market + arms), "made", ()))


def test_a_scenario_without_matched_arms_runs_no_trial():
    scenario = parse_scenario(MARKET.replace("budget = 0.04\n", "") + f"[arms.some]\ninterventions = [{SPENDS}]")
    timelines, found = match_costs(scenario, scenario.market, None, 1)
    assert found == ()
    assert timelines == {"baseline": (), "some": scenario.arms["some"].interventions}
