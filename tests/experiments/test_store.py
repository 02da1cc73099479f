"""The result folder: complete or not there, the same bytes for the same result, and read back as it was."""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.errors import ResultError
from sim.experiments.money import QUANTITIES, money_of
from sim.experiments.result import COST_PARTS, SUBSIDY, WINDOW_MEASURES, Arms, Difference, Result, Why
from sim.experiments.store import (
    content_key,
    folder_for,
    is_finished,
    load_differences,
    load_money,
    load_result,
    model_version,
    original_name,
    write_result,
)
from sim.experiments.store_package import COST_TEXTS, UNITS, WINDOW_TEXTS
from sim.experiments.store_words import COST_WORDS, METRIC_WORDS, alike_numbers, fixed_number, short_number
from sim.market.record.panel import COLUMNS
from sim.market.record.weekly import MEASURES

SCENARIO = 'title = "Ärger | über Punkte"\nweeks = 6\nrun_off_weeks = 2\nshoppers = 1_000\n'


def some_panel(random, rows):
    panel = {
        "shopper": random.integers(0, 1000, rows).astype(np.int32),
        "day": np.sort(random.integers(0, 56, rows)).astype(np.int32),
        "basket": np.arange(rows, dtype=np.int32),
        "brand": random.integers(0, 3, rows).astype(np.uint8),
        "retailer": random.integers(0, 2, rows).astype(np.uint8),
        "units": np.ones(rows, np.int32),
        "price": random.integers(100, 900, rows) / 100.0,
        "points": np.where(random.random(rows) < 0.1, 500, 0).astype(np.int32),
    }
    assert tuple(panel) == COLUMNS
    return panel


def some_why(**changes):
    random = np.random.default_rng(8)
    why = Why(
        week=3,
        behaviours=("taste", "own_experience"),
        parts=random.integers(-(10**12), 10**12, (3, 2, 2, 4)),
        unit=3_628_800,
        method="by hand",
        switches=random.integers(0, 900, (3, 2, 4, 4)),
        subsidy={name: random.random((3, 2)) for name in SUBSIDY},
        funnel={"known": random.random((3, 2, 3)), "bought": np.full((3, 2, 3), np.nan)},
    )
    return dataclasses.replace(why, **changes)


def some_result(**changes):
    random = np.random.default_rng(7)
    arms, replicates, weeks, brands = 3, 2, 8, 3
    weekly = {name: random.normal(size=(arms, replicates, weeks, brands)) for name in MEASURES}
    for name in ("preference_share", "intrinsic_preference_share"):
        weekly[name][:, :, np.arange(weeks) % 4 != 3] = np.nan
    result = Result(
        name="markets/coffee",
        title="Ärger | über Punkte",
        question="Lohnt es sich?",
        focal="acme",
        arms=Arms(("baseline", "points", "experience"), ("As it is", "5 % back | in points", "The four moments")),
        brands=("acme", "bolt", "crux"),
        brand_labels=("Acme", "Bolt", "Crux & Co"),
        retailers=("corner", "mall"),
        weeks=np.arange(weeks),
        compared_weeks=(2, 6),
        weekly=weekly,
        window={name: random.random((arms, replicates, brands)) for name in WINDOW_MEASURES},
        costs={name: random.normal(size=(arms, replicates)) for name in COST_PARTS},
        panels=[[some_panel(random, 40), some_panel(random, 0)], *([some_panel(random, 9)] * 2 for _ in range(2))],
        scenario_toml=SCENARIO,
        seeds=(3, 2**62 + 1),
        notes=("Costs match within 0.4 %.",),
        timings={"run": 1.25},
        extra={"matched": {"experience": np.float64(0.4)}, "words": ["a", "b"]},
        why=some_why(),
    )
    return dataclasses.replace(result, **changes)


DIFFERENCES = [
    Difference("points", "acme", "preference_share", 0.31, 0.33, 0.02, 0.0123456789012345, 0.03),
    Difference("experience", "acme", "preference_share", 0.31, 0.30, -0.01, float("nan"), float("nan")),
    Difference("experience", "acme", "contribution", 1e6 / 3, 4e5, 1e5 / 3, -2.0, 7e4),
    Difference("experience", "bolt", "market_share", 0.31, 0.30, -0.01, -0.02, 0.0),
]


def draw(path):
    path.with_suffix(".svg").write_text("<svg/>")
    path.with_suffix(".png").write_bytes(b"png")


def write(folder, result=None, **changes):
    how = {"command": "compare", "options": {"against": "points"}, "figures": {"preference": draw}}
    write_result(result or some_result(), DIFFERENCES, folder, **{**how, **changes})
    return folder


def same(one, other):
    """Compare two values of a result, in which NaN equals NaN."""
    if isinstance(one, Why):
        return same(vars(one), vars(other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    return one == other


def bytes_below(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write(tmp_path_factory.mktemp("results") / "coffee-0")


@pytest.fixture
def mine(written, tmp_path):
    return Path(shutil.copytree(written, tmp_path / "mine"))


def test_a_result_comes_back_as_it_was_written(written):
    was, now = some_result(), load_result(written)
    for field in dataclasses.fields(Result):
        assert same(getattr(was, field.name), getattr(now, field.name)), field.name


def test_differences_come_back_to_the_last_bit_and_in_order(written):
    assert repr(load_differences(written)) == repr(DIFFERENCES)


def test_money_comes_back_to_the_last_bit_and_in_order(written):
    told = load_money(written)
    assert repr(told) == repr(money_of(some_result()))
    lines = (written / "money.csv").read_text().splitlines()
    assert lines[0] == "arm,quantity,unit,value,low,high"
    assert [line.split(",")[:2] for line in lines[1:]] == [
        [arm, name] for arm in ("points", "experience") for name in QUANTITIES
    ]
    assert all(line.split(",")[2] == QUANTITIES[line.split(",")[1]][0] for line in lines[1:])
    assert "nan" not in "".join(lines)


def test_panels_need_not_be_read(written):
    assert load_result(written, panels=False).panels == []


@pytest.mark.parametrize("panels", [[], "empty"])
def test_a_result_without_purchases_comes_back(tmp_path, panels):
    nobody = {name: np.empty(0, np.int32) for name in COLUMNS}
    result = some_result(panels=[[nobody] * 2] * 3 if panels else [])
    back = load_result(write(tmp_path / "x", result)).panels
    assert len(back) == (3 if panels else 0)
    assert all(len(column) == 0 for arm in back for panel in arm for column in panel.values())


def test_a_result_without_costs_or_weeks_comes_back(tmp_path):
    bare = {name: np.empty((3, 2, 0, 3)) for name in ("units",)}
    result = some_result(costs={}, window={}, weekly=bare, weeks=np.arange(0))
    back = load_result(write(tmp_path / "x", result))
    assert (back.costs, back.window, back.weekly["units"].shape) == ({}, {}, (3, 2, 0, 3))


def test_the_same_result_gives_the_same_bytes_in_all_files_but_the_record(tmp_path):
    one = bytes_below(write(tmp_path / "one" / "coffee-1"))
    two = bytes_below(write(tmp_path / "two" / "coffee-1", some_result(timings={"run": 9.0})))
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == ["run.json"]


@pytest.mark.parametrize("why", [None, some_why(week=None, behaviours=(), parts=np.zeros((3, 2, 0, 0), np.int64),
                                                switches=np.zeros((3, 2, 0, 0), np.int64))])  # fmt: skip
def test_a_result_without_reasons_comes_back_without_them(tmp_path, why):
    folder = write(tmp_path / "coffee-1", some_result(why=why))
    assert same(load_result(folder).why, why)
    assert not (folder / "reasons.csv").exists()
    assert (folder / "subsidy.csv").exists() == (why is not None)


def test_the_folder_holds_what_is_promised(written):
    assert set(bytes_below(written)) == {
        "README.md", "scenario.toml", "run.json", "weekly.parquet", "window.parquet", "costs.parquet", "panel.parquet",
        "summary.csv", "money.csv", "reasons.csv", "switches.csv", "subsidy.csv", "funnel.csv", "datapackage.json",
        "figures/preference.png", "figures/preference.svg",
    }  # fmt: skip
    assert (written / "scenario.toml").read_bytes() == SCENARIO.encode()
    head = (written / "summary.csv").read_text().splitlines()[0]
    assert head == "arm,brand,metric,baseline,value,difference,low,high"


def test_tables_are_tidy_and_name_arms_and_brands(written):
    weekly = pq.read_table(written / "weekly.parquet")
    assert weekly.column_names == ["arm", "replicate", "week", "brand", *MEASURES]
    assert weekly.num_rows == 3 * 2 * 8 * 3
    row = {name: weekly[name][100].as_py() for name in ("arm", "replicate", "week", "brand", "units")}
    assert row == {"arm": "experience", "replicate": 0, "week": 1, "brand": "bolt"} | {
        "units": some_result().weekly["units"][2, 0, 1, 1]
    }
    assert weekly["preference_share"].null_count == weekly.num_rows * 3 // 4
    panel = pq.read_table(written / "panel.parquet")
    assert panel.column_names == ["arm", "replicate", *COLUMNS]
    assert set(panel["retailer"].to_pylist()) == {"corner", "mall"}


def test_the_record_tells_no_secrets_and_is_strict_json(written):
    def refuse(word):
        raise AssertionError(word)

    text = (written / "run.json").read_text("utf-8")
    record = json.loads(text, parse_constant=refuse)
    assert record["result"]["seeds"] == [3, 2**62 + 1]
    assert record["key"] == content_key("compare", {"against": "points"}, SCENARIO, model_version())
    assert record["versions"]["python"]
    assert re.fullmatch("[0-9a-f]{40}", record["commit"] or "0" * 40)
    assert str(Path.home()) not in text
    assert str(written.parent) not in text
    assert os.uname().nodename not in text


def test_what_json_cannot_say_becomes_null(tmp_path):
    odd = {"a": float("nan"), "b": np.array([1.0, np.inf]), "c": (1, None)}
    back = load_result(write(tmp_path / "x", some_result(extra=odd)))
    assert back.extra == {"a": None, "b": [1.0, None], "c": [1, None]}


def test_the_readme_tells_question_answer_and_how_to_rebuild(written):
    text = (written / "README.md").read_text("utf-8")
    assert "Lohnt es sich?" in text
    assert "1,000 simulated shoppers" in text
    row = next(line for line in text.splitlines() if line.startswith(r"| 5 % back \| in points | "))
    assert "| +2.00 (+1.23 to +3.00) |" in row
    heads, cells = (re.split(r" (?<!\\)\| ", line) for line in (text[text.index("| Arm |") :].splitlines()[0], row))
    assert len(heads) == len(cells)
    assert {"Cost (money)", "Net gain (money)", "Return", "Paid back from week"} < set(heads)
    assert "shoppers compare scenario.toml --against points" in text
    assert "![Preference](figures/preference.png)" in text
    assert "chance only" in text


def test_the_data_package_describes_every_column_of_every_table(written):
    package = json.loads((written / "datapackage.json").read_text("utf-8"))
    described = {r["path"]: [field["name"] for field in r["schema"]["fields"]] for r in package["resources"]}
    tables = {path.name: pq.read_schema(path).names for path in written.glob("*.parquet")}
    for path in written.glob("*.csv"):
        assert described.pop(path.name) == path.read_text("utf-8").splitlines()[0].split(",")
    assert described == tables
    assert re.fullmatch(r"[a-z0-9._-]+", package["name"])


def test_every_measure_has_words():
    assert set(WINDOW_TEXTS) == set(WINDOW_MEASURES)
    assert set(COST_TEXTS) == set(COST_WORDS) == set(COST_PARTS)
    assert UNITS.keys() <= {*MEASURES, *WINDOW_MEASURES}
    assert METRIC_WORDS.keys() >= set(WINDOW_MEASURES)


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, ValueError, OSError])
def test_an_interrupted_write_leaves_nothing_behind(tmp_path, trouble):
    def fail(path):
        draw(path)
        raise trouble

    with pytest.raises(ResultError if trouble is OSError else trouble):
        write(tmp_path / "x", figures={"a": fail})
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_write_leaves_the_old_result_as_it_was(mine):
    def fail(path):
        raise KeyboardInterrupt

    before = bytes_below(mine)
    with pytest.raises(KeyboardInterrupt):
        write(mine, figures={"a": fail}, force=True)
    assert bytes_below(mine) == before
    assert [path.name for path in mine.parent.iterdir()] == ["mine"]


def test_nobody_sees_the_folder_before_it_is_complete(tmp_path):
    def look(path):
        assert not (tmp_path / "x").exists()
        assert [each.name for each in tmp_path.iterdir()] == [f".x.part-{os.getpid()}"]
        draw(path)

    write(tmp_path / "x", figures={"a": look})
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


def test_a_finished_result_is_replaced_only_if_asked(mine):
    with pytest.raises(ResultError, match="finished already; --force"):
        write(mine, some_result(title="New"))
    write(mine, some_result(title="New"), force=True)
    assert load_result(mine).title == "New"


def test_an_unfinished_result_is_replaced_without_asking(mine):
    (mine / "run.json").unlink()
    assert not is_finished(mine)
    write(mine, some_result(title="New"))
    assert is_finished(mine)


def test_somebodys_own_files_are_never_replaced(mine):
    (mine / "thesis.docx").write_text("years of work")
    with pytest.raises(ResultError, match=r"thesis\.docx"):
        write(mine, force=True)
    assert (mine / "thesis.docx").read_text() == "years of work"


@pytest.mark.parametrize("name", ["weekly.parquet", "panel.parquet", "costs.parquet", "scenario.toml", "summary.csv"])
def test_a_damaged_file_is_named_with_what_to_do(mine, name):
    content = bytearray((mine / name).read_bytes())
    content[len(content) // 2] ^= 1
    (mine / name).write_bytes(content)
    with pytest.raises(ResultError, match=rf"{re.escape(name)}: damaged.*--force"):
        load_result(mine)
    (mine / name).unlink()
    assert not is_finished(mine)
    with pytest.raises(ResultError, match=rf"{re.escape(name)}: missing"):
        load_result(mine)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1, "result": {}, "outputs": {}}', "\x00\xff"])
def test_a_damaged_record_is_named_with_what_to_do(mine, text):
    (mine / "run.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ResultError, match=r"run\.json: damaged.*--force"):
        load_result(mine)


def test_a_missing_an_unfinished_and_a_future_folder_are_told_apart(mine):
    with pytest.raises(ResultError, match="no such result folder"):
        load_result(mine / "nowhere")
    record = json.loads((mine / "run.json").read_text("utf-8"))
    (mine / "run.json").write_text(json.dumps(record | {"format": 99}))
    with pytest.raises(ResultError, match="of format 99, this version reads 1"):
        load_result(mine)
    (mine / "run.json").unlink()
    with pytest.raises(ResultError, match=r"not finished, run\.json is missing"):
        load_differences(mine)


def test_readme_and_figures_may_be_edited(mine):
    (mine / "README.md").write_text("My own words")
    (mine / "figures" / "preference.png").unlink()
    assert load_result(mine).title


def test_the_name_depends_on_all_that_is_asked_and_on_no_order():
    asked = ("compare", {"against": "points", "window": 26}, SCENARIO, "0.1.0+0")
    key = content_key(*asked)
    assert re.fullmatch("[0-9a-f]{10}", key)
    assert key == content_key("compare", {"window": 26, "against": "points"}, SCENARIO, "0.1.0+0")
    others = [("run", *asked[1:]), ("compare", {}, *asked[2:]), (*asked[:2], "", asked[3]), (*asked[:3], "0.1.0+1")]
    assert len({key, *(content_key(*other) for other in others)}) == 5


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("markets/coffee", "markets-coffee"),
        ("../../etc/my scenario.toml", "etc-my-scenario"),
        ("Käse", "Käse"),
        ("///", "result"),
        ("x" * 300, "x" * 60),
    ],
)
def test_a_folder_is_named_after_its_scenario(name, plain):
    assert folder_for(Path("results"), name, "0123456789") == Path("results") / f"{plain}-0123456789"


def test_a_results_own_scenario_keeps_its_name_until_it_is_changed(mine):
    assert original_name(mine / "scenario.toml") == "markets/coffee"
    assert original_name(mine / "README.md") is None
    assert original_name(mine.parent / "scenario.toml") is None
    (mine / "scenario.toml").write_text("weeks = 7")
    assert original_name(mine / "scenario.toml") is None


def test_the_model_version_is_stable_and_begins_with_the_release():
    assert re.fullmatch(r"\d+\.\d+\.\d+\+[0-9a-f]{8}", model_version())
    assert model_version() == model_version()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-1e-12, "0"),
        (0.01234, "0.0123"),
        (-12.34, "\u221212.3"),
        (999.4, "999"),
        (999.6, "1.00k"),
        (12_345, "12.3k"),
        (1_234_567, "1.23 million"),
        (4e9, "4.00 billion"),
        (float("nan"), "\u2013"),
    ],
)
def test_numbers_are_short(value, text):
    assert short_number(value) == text


def test_numbers_side_by_side_have_the_same_decimals():
    assert alike_numbers([-1.32, -2.64, 0.00147]) == ["\u22121.32", "\u22122.64", "0.00"]
    assert alike_numbers([1500.0, float("nan")]) == ["+1.50k", "\u2013"]
    assert alike_numbers([0.0]) == ["0"]


def test_numbers_that_round_to_zero_have_no_sign():
    assert fixed_number(-0.04) == "0.0"
    assert fixed_number(0.05, 2) == "+0.05"


def test_importing_the_store_draws_in_neither_figures_nor_the_market():
    code = "import sys, sim.experiments.store; print(*{'matplotlib', 'numba', 'mesa', 'pyarrow'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
