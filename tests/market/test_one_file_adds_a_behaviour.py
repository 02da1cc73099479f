"""A newcomer adds a behaviour by adding one file: it is found, planned, set, documented, tested and run unasked."""

from pathlib import Path

import numpy as np
import pytest
from behaviour_contract import run_watched, undeclared_reads, undeclared_writes
from pydantic import ValidationError
from visible_draws import compare_draws, draw

from sim.errors import ContractError, UsageError
from sim.market.dials import register
from sim.market.market import Market
from sim.market.record.weekly import WeeklyTable
from sim.market.week import Plan, discover
from sim.scenario import parse_scenario
from sim.scenario.schema import json_schema

WEATHER = '''"""Weather: on a hot day a shopper who minds the heat likes the first brand better."""

import numpy as np

from sim.market import chance
from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.market import Market
from sim.market.state import Field
from sim.market.week import Behaviour, Phase


class Params(BaseParams):
    """How much the heat counts."""

    heat: float = dial(
        2.0, "weight of heat in utility", unit="utility", plausible=(0, 3), ge=0, le=10,
        source="assumption: an example",
    )


def setup(market: Market) -> None:
    """Draw how much each shopper minds the heat."""
    market.state.heat_sense[:] = np.abs(chance.normals(market.seed, "weather/sense", np.arange(market.spec.shoppers)))


def open_week(market: Market) -> None:
    """Draw the week's temperature."""
    market.world.temperature[:] = chance.uniforms(market.seed, "weather/week", np.arange(1), at=market.week)[0]


@kernel
def _add(who: Array, count: int, sense: Array, heat: float, row: Array) -> int:
    for j in range(count):
        row[j] += np.float32(heat) * sense[who[j]]
    return count


def on_visit(block: Block) -> None:
    """Add the heat to the utility of the first brand."""
    params = block.params("weather")
    heat = params.heat * block.world.temperature[0]
    felt = _add(block.visit.who, block.active, block.state.heat_sense, heat, block.visit.utility[0])
    if not block.expected:
        block.tally.hot_visits[0] += felt


BEHAVIOUR = Behaviour(
    name="weather",
    phase=Phase.SEARCH,
    order=65,
    does="heat makes the first brand more welcome",
    params=Params,
    state=(Field("heat_sense", ("N",), "float32", "", "how much the shopper minds the heat", fixed=True),),
    world=(Field("temperature", ("1",), "float64", "", "heat of the week, 0 to 1"),),
    tallies=(Field("hot_visits", ("1",), "int64", "visits", "visits on which the heat was felt"),),
    reads=("heat_sense", "temperature"),
    writes=("temperature", "hot_visits", "utility"),
    setup=setup,
    open_week=open_week,
    on_visit=on_visit,
)
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("behaviours")
    (place / "weather.py").write_text(WEATHER)
    return place


@pytest.fixture(scope="module")
def found(folder):
    return discover([folder])


def test_it_is_found_in_its_place_of_the_week_and_changes_no_other(found):
    assert {*found} - {*discover()} == {"weather"}
    names = list(found)
    assert names.index("word_of_mouth") < names.index("weather") < names.index("loyalty_scheme")
    assert [name for name in names if name != "weather"] == list(discover())


def test_it_shows_in_the_printed_plan(found):
    rows = Plan.of(found, {name: b.params() for name, b in found.items()}).rows()
    assert {
        "phase": "search",
        "behaviour": "weather",
        "does": "heat makes the first brand more welcome",
        "reads": "heat_sense, temperature",
        "writes": "temperature, hot_visits, utility",
    } in rows
    off = Plan.of(found, {name: b.params(on=name != "weather") for name, b in found.items()}).rows()
    assert "weather" not in {row["behaviour"] for row in off}


def test_its_dial_shows_in_the_register(found):
    assert register(found["weather"].params, "behaviours.weather") == [
        {
            "id": "behaviours.weather.heat",
            "meaning": "weight of heat in utility",
            "default": 2.0,
            "unit": "utility",
            "range": [0, 3],
            "source": "assumption: an example",
        }
    ]


def test_its_dial_shows_in_the_schema_and_can_be_set_in_a_scenario(found):
    known = {name: b.params for name, b in found.items()}
    text = str(json_schema(behaviours=known))
    assert "weight of heat in utility" in text
    assert "weight of heat in utility" not in str(json_schema())
    scenario = """
        brands.acme = { share = 0.5, price = 1.0 }
        brands.bolt = { share = 0.5, price = 1.0 }
        retailers.shop = {}
        behaviours.weather.heat = 0.75
    """
    assert parse_scenario(scenario, behaviours=known).behaviours["weather"].heat == 0.75
    with pytest.raises(UsageError, match="weather"):
        parse_scenario(scenario)


def test_the_contract_harness_covers_it(small_spec, found):
    watch, market = run_watched(small_spec(), found)
    assert not undeclared_writes(found["weather"], watch)
    assert not undeclared_reads(found["weather"], watch)
    assert watch.changed["weather", "on_visit"] == {"utility", "hot_visits"}
    assert not watch.problems
    assert watch.prints["weather"] == run_watched(small_spec(), found)[0].prints["weather"]
    assert market.tally.hot_visits[0] > 0


BREACHES = {
    "writes what it does not declare": ('"temperature", "hot_visits", "utility"', '"temperature", "utility"'),
    "changes a fixed array": (
        "    heat = params",
        "    block.state.heat_sense[:] += 1\n    heat = params",
    ),
    "leaves a number that is not finite": ("params.heat * block", "np.inf * block"),
    "changes the market's own tables": (
        "    market.world.temperature[:] =",
        "    market.shares[0] += 1e-9\n    market.world.temperature[:] =",
    ),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_the_contract_harness_sees_a_behaviour_that(small_spec, tmp_path, breach):
    (tmp_path / "weather.py").write_text(WEATHER.replace(*BREACHES[breach]))
    broken = discover([tmp_path])
    with np.errstate(all="ignore"):
        watch, _ = run_watched(small_spec(), broken, weeks=2)
    blamed = [problem for problem in watch.problems if problem.startswith("weather.")]
    assert undeclared_writes(broken["weather"], watch) or blamed


def test_it_runs_in_a_market_and_reshuffles_no_draw_elsewhere(small_spec, found):
    without = draw(small_spec(), discover(), {})
    with_it = draw(small_spec(), found, {})
    assert compare_draws(without, with_it) > 800


def test_its_term_moves_choices_and_the_poll_of_preferences(small_spec, found):
    tables = []
    for heat in (0.0, 3.0):
        tables.append(WeeklyTable())
        market = Market(
            small_spec(shoppers=4000), {"weather": found["weather"].params(heat=heat)}, burn_in=0, behaviours=found,
            recorders=[tables[-1]],
        )  # fmt: skip
        for _ in range(4):
            market.step()
    for measure in ("market_share", "preference_share", "intrinsic_preference_share"):
        cool, hot = (np.nanmean(table.column(measure)[:, 0]) for table in tables)
        # a term of some units of utility beside a share of .4: far beyond any luck with 4000 shoppers, whose
        # share of answers is known to .008, and both markets have the same luck
        assert hot > cool + 0.05, measure


def test_switched_off_it_leaves_the_market_as_if_it_were_not_there(small_spec, found):
    markets = [
        Market(small_spec(), {}, burn_in=1),
        Market(small_spec(), {"weather": found["weather"].params(on=False)}, burn_in=1, behaviours=found),
    ]
    for market in markets:
        for _ in range(5):
            market.step()
    for field, array in markets[0].state:
        assert array.tobytes() == getattr(markets[1].state, field.name).tobytes(), field.name


def test_a_folder_or_file_without_a_behaviour_and_a_name_taken_are_told(tmp_path, folder):
    with pytest.raises(UsageError, match="no such folder of behaviours"):
        discover([tmp_path / "nowhere"])
    (tmp_path / "empty.py").write_text('"""Nothing."""\n')
    with pytest.raises(UsageError, match=r"empty\.py: holds no BEHAVIOUR"):
        discover([tmp_path])
    with pytest.raises(ContractError, match="two behaviours are called 'weather'"):
        discover([folder, folder])


def test_parameters_of_an_unknown_behaviour_are_refused_by_name(small_spec, found):
    with pytest.raises(UsageError, match="no behaviour called 'weather'"):
        Market(small_spec(), {"weather": found["weather"].params()})
    with pytest.raises(ValidationError):
        found["weather"].params(heat=11)
