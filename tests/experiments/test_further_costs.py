"""A behaviour that costs a brand money says so by one weekly sum, and it is counted everywhere unasked."""

from pathlib import Path

import numpy as np
import pytest

from sim.errors import ContractError
from sim.experiments.money import money_of
from sim.experiments.result import COST_PARTS
from sim.experiments.run import run_scenario
from sim.experiments.store import load_result, write_result
from sim.experiments.told_money import costs_text
from sim.market.market import Market
from sim.market.record.weekly import WeeklyTable
from sim.market.week import discover
from sim.scenario import LoadedScenario, parse_scenario

GESTURES = '''"""Gestures: a small present goes with some purchases of the first brand."""

import numpy as np

from sim.market.block import Block
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.state import Field
from sim.market.week import Behaviour, Phase


class Params(BaseParams):
    """What a present costs."""

    cents: int = dial(0, "cost of a present", unit="cents", plausible=(0, 50), ge=0, le=999, source="assumption: made")


def on_visit(block: Block) -> None:
    """Give a present with every unit of the first brand."""
    sold = int(np.count_nonzero(block.visit.choice[: block.count] == 0))
    block.tally.present_cost[0] += sold * block.params("gestures").cents


BEHAVIOUR = Behaviour(
    name="gestures",
    phase=Phase.USE,
    order=90,
    does="gives presents",
    params=Params,
    tallies=(Field("present_cost", ("B",), "int64", "cents", "what presents cost the brand"),),
    reads=("choice",),
    writes=("present_cost",),
    on_visit=on_visit,
)
'''
SCENARIO = """
title = "Presents"
weeks = 8
burn_in = 4
run_off_weeks = 4
shoppers = 4000
replicates = 2
focal = "acme"
record = { panel = 0, preference_every = 0 }
category = { purchase_rate = 0.5 }
brands.acme = { share = 0.6, price = 5.0 }
brands.bolt = { share = 0.4, price = 4.0 }
retailers.corner = {}

[calibrated]
constants = { acme = 0.0, bolt = 0.0 }
taste_concentration = 2.0
satisfaction_centre = -0.1
talk_centre = 0.2
reviews = { acme = [1, 1, 1, 1, 1], bolt = [1, 1, 1, 1, 1] }

[arms.presents]
interventions = [{ set = { "behaviours.gestures.cents" = 25 } }]
[arms.experience]
cost_matched_to = "presents"
interventions = [{ brand = "acme", spend = { usage = 1.0 } }]
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("behaviours")
    (folder / "gestures.py").write_text(GESTURES)
    return discover([folder])


@pytest.fixture(scope="module")
def result(found):
    scenario = parse_scenario(SCENARIO, behaviours={name: b.params for name, b in found.items()})
    return run_scenario(LoadedScenario(scenario, "made", ()), behaviours=found)


def test_it_is_in_the_weekly_table_and_taken_off_the_contribution(small_spec, found):
    tables = []
    for cents in (0, 25):
        tables.append(WeeklyTable())
        params = {"gestures": found["gestures"].params(cents=cents)}
        market = Market(small_spec(), params, burn_in=0, behaviours=found, recorders=[tables[-1]])
        for _ in range(3):
            market.step()
    free, dear = tables
    cost = 0.25 * dear.column("units")[:, 0]
    assert cost.sum() > 0
    np.testing.assert_allclose(dear.column("present_cost")[:, 0], cost)
    np.testing.assert_allclose((free.column("contribution") - dear.column("contribution"))[:, 0], cost, atol=1e-9)
    assert (dear.column("present_cost")[:, 1:] == 0).all()


def test_it_is_a_component_of_what_an_arm_costs(result):
    assert tuple(result.costs)[: len(COST_PARTS)] == COST_PARTS
    assert "present_cost" in result.costs
    assert (result.costs["present_cost"][1] > 0).all()
    assert (result.costs["present_cost"][[0, 2]] == 0).all()
    told = {(row.arm, row.quantity): row.value for row in money_of(result)}
    assert told["presents", "cost"] == pytest.approx(result.costs["present_cost"][1].mean())
    assert told["presents", "net_gain"] == pytest.approx(-told["presents", "cost"])  # nobody minds the presents
    assert told["presents", "gain"] == pytest.approx(0.0, abs=1e-9)
    assert told["presents", "return"] == pytest.approx(-1.0)
    assert "present" in costs_text(result)


def test_another_arm_can_be_matched_to_it(result):
    """What presents cost varies by some 2 % between seeds: rates of 4000 shoppers, K .8."""
    paid = sum(result.costs.values()).mean(axis=1)
    assert paid[2] == pytest.approx(paid[1], rel=0.1)


def test_it_is_written_described_and_read_back(result, tmp_path: Path):
    write_result(result, [], tmp_path / "made", command="compare", options={}, figures={})
    back = load_result(tmp_path / "made")
    assert back.costs["present_cost"] == pytest.approx(result.costs["present_cost"])
    assert np.array_equal(back.weekly["present_cost"], result.weekly["present_cost"])
    assert '"present_cost"' in (tmp_path / "made" / "datapackage.json").read_text()


def test_a_cost_with_the_name_of_a_line_of_the_account_is_refused(small_spec, tmp_path):
    (tmp_path / "gestures.py").write_text(GESTURES.replace("present_cost", "goods_cost"))
    market = Market(small_spec(), burn_in=0, behaviours=discover([tmp_path]), recorders=[WeeklyTable()])
    with pytest.raises(ContractError, match="'goods_cost' has the name of a line"):
        market.step()
