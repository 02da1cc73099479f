"""Why preference moved, as a whole run tells it: on the result, in words, in JSON and in the folder."""

import numpy as np
import pytest

from sim.api import run
from sim.experiments.compare import differences
from sim.experiments.result import SUBSIDY
from sim.experiments.store import load_result
from sim.experiments.store_why import NONE
from sim.experiments.told import compare_json, compare_text
from sim.experiments.told_reasons import NO_POLL
from sim.scenario import LoadedScenario, parse_scenario

SCENARIO = """
title = "Why"
weeks = 14
burn_in = 4
shoppers = 600
replicates = 3
run_off_weeks = 4
focal = "acme"
record = { panel = 0 }

[brands.acme]
share = 0.5
price = 5.0
[brands.bolt]
share = 0.3
price = 4.0
[brands.crest]
share = 0.2
price = 6.0
[retailers.corner]

[calibrated]
constants = { acme = 0.0, bolt = 0.0, crest = 0.0 }
taste_concentration = 2.0
satisfaction_centre = -0.1
talk_centre = 0.2
reviews = { acme = [1, 1, 1, 1, 1], bolt = [1, 1, 1, 1, 1], crest = [1, 1, 1, 1, 1] }

[arms.nothing]

[arms.cut]
interventions = [{ brand = "acme", from_week = 2, set = { price = 4.0 } }]

[arms.points]
interventions = [{ brand = "acme", set = { "scheme.reward_rate" = 0.1, "scheme.threshold" = 2 } }]
"""


def loaded(text=SCENARIO):
    return LoadedScenario(parse_scenario(text), "why", ())


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    return run(loaded(), out=tmp_path_factory.mktemp("why"))


def test_parts_sum_to_the_difference_between_the_polls_of_arm_and_baseline(done):
    why, weekly = done.result.why, done.result.weekly["preference_share"]
    assert why.week == 11  # of 14 weeks the last with a poll
    polled = weekly[:, :, list(done.result.weeks).index(11)]  # (arms, replicates, B)
    assert why.reasons().sum(axis=2) == pytest.approx(polled - polled[:1], abs=1e-12)
    assert (why.parts.sum(axis=2) == why.unit * (why.switches.sum(axis=2) - why.switches.sum(axis=3))).all()
    assert why.switches.sum(axis=2)[..., :-1] / 600 == pytest.approx(polled, abs=1e-12)


def test_an_arm_that_changes_nothing_has_no_reasons_and_gives_nothing(done):
    why = done.result.why
    assert not why.parts[:2].any()
    assert all((why.switches[1, r] == np.diag(why.switches[1, r].diagonal())).all() for r in range(3))
    assert np.isnan(why.subsidised()[:2]).all()


def test_what_a_strategy_gives_is_told_with_the_share_that_bought_nothing_more(done):
    why = done.result.why
    for arm, kind, other in ((2, "price_reductions", "rewards"), (3, "rewards", "price_reductions")):
        assert (why.subsidy[kind][arm] > why.subsidy[f"{kind}_anyway"][arm]).all()
        assert not why.subsidy[other][arm].any()
        assert (why.subsidised()[arm] < 1).all()
        assert (why.subsidised()[arm] > 0.3).all()


def test_the_folder_gives_reasons_back_to_the_last_shopper(done):
    now, was = load_result(done.folder).why, done.result.why
    assert now.week == was.week
    assert now.behaviours == was.behaviours
    assert (now.parts == was.parts).all()
    assert (now.switches == was.switches).all()
    assert all((now.subsidy[name] == was.subsidy[name]).all() for name in SUBSIDY)
    assert list(now.funnel) == list(was.funnel)
    assert all((now.funnel[name] == share).all() for name, share in was.funnel.items())
    assert NONE in (done.folder / "switches.csv").read_text("utf-8")


def test_comparing_tells_reasons_flows_and_subsidy_in_json(done):
    told = compare_json(done.result, done.differences, "baseline", done.folder)
    mine = [row for row in told["reasons"] if row["arm"] == "cut" and row["brand"] == "acme"]
    assert [row["behaviour"] for row in mine] == list(done.result.why.behaviours)
    whole = done.result.why.reasons()[2, :, :, 0].sum(axis=1).mean()
    assert sum(row["part"] for row in mine) == pytest.approx(whole, abs=1e-12)
    assert all(row["low"] <= row["part"] <= row["high"] for row in mine)
    won = {row["from"]: row["shoppers"] for row in told["switches"] if row["arm"] == "cut" and row["to"] == "acme"}
    assert won["bolt"] == pytest.approx(done.result.why.switches[2, :, 1, 0].mean())
    assert {row["arm"]: row["share"] is None for row in told["subsidy"]} == {
        "nothing": True, "cut": False, "points": False
    }  # fmt: skip


def test_comparing_tells_reasons_flows_and_subsidy_in_words(done):
    short = compare_text(done.result, done.differences, "baseline")
    assert all(words in short for words in ("after week 11", "Shapley", "in all", "won mostly from", "bolt"))
    text = compare_text(done.result, done.differences, "baseline", details=True)
    assert "Shapley values" in text
    assert "price_comparison" in text
    assert "in all" in text
    assert "wins from bolt" in text
    assert "make in the baseline too" in text


@pytest.mark.parametrize("every", [0, 15])
def test_without_a_poll_before_the_run_off_it_says_so_and_still_tells_the_subsidy(tmp_path, every):
    scenario = SCENARIO.replace("panel = 0", f"panel = 0, preference_every = {every}")
    result = run(loaded(scenario.replace("replicates = 3", "replicates = 1")), out=tmp_path).result
    assert result.why.week is None
    text = compare_text(result, differences(result), "baseline", details=True)
    assert NO_POLL in text
    assert "make in the baseline too" in text
    told = compare_json(result, differences(result), "baseline", None)
    assert told["reasons"] == told["switches"] == []
    assert len(told["subsidy"]) == 3
