"""The commands that run: what they print, write and read back, and what they refuse before they run."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from cli_kit import bytes_below, type_command

from sim.experiments import footprint
from sim.experiments.money import QUANTITIES
from sim.experiments.result import COST_PARTS, METRICS
from sim.scenario.load import load_scenario

METRICS_OF_ALL = set(METRICS)


@pytest.fixture
def mine(finished, here) -> Path:
    """Copy the finished run to play with; return the result folder."""
    shutil.copytree(finished / "results", here / "results")
    return next((here / "results").iterdir())


def test_compare_prints_the_json_that_is_promised(mine):
    done = type_command("compare", "tiny.toml", "--json")
    told = json.loads(done.stdout)
    assert told.keys() >= {"scenario", "baseline", "replicates", "differences", "costs", "money", "folder"}
    assert (told["scenario"], told["baseline"], told["replicates"]) == ("tiny", "baseline", 2)
    assert Path(told["folder"]).resolve() == mine
    rows = told["differences"]
    assert {row["metric"] for row in rows} == METRICS_OF_ALL
    assert {(row["arm"], row["brand"]) for row in rows} == {
        (arm, brand) for arm in ("points", "experience") for brand in ("acme", "bolt")
    }
    assert all(set(row) == {"arm", "brand", "metric", "baseline", "value", "difference", "low", "high"} for row in rows)
    assert [row["arm"] for row in told["costs"]] == ["baseline", "points", "experience"]
    assert all(set(row) >= {"arm", "cost", *COST_PARTS} for row in told["costs"])
    points, experience = (row["cost"] for row in told["costs"][1:])
    assert points > 0
    assert experience > 0
    money = told["money"]
    assert [row["arm"] for row in money] == ["points", "experience"]
    for row, cost in zip(money, (points, experience), strict=True):
        assert set(row) == {"arm", *QUANTITIES}
        assert all(set(cell) == {"value", "low", "high"} for name, cell in row.items() if name != "arm")
        assert row["cost"]["value"] == pytest.approx(cost)
        assert row["gain"]["value"] == pytest.approx(row["net_gain"]["value"] + cost)
        assert row["return"]["value"] == pytest.approx(row["net_gain"]["value"] / cost)


def test_run_prints_the_levels_of_every_arm_brand_and_metric(mine):
    told = json.loads(type_command("run", "tiny.toml", "--json").stdout)
    assert Path(told["folder"]).resolve() == mine
    assert len(told["values"]) == 3 * 2 * len(METRICS)
    assert set(told["values"][0]) == {"arm", "brand", "metric", "value", "low", "high"}
    share = {row["brand"]: row["value"] for row in told["values"]
             if (row["arm"], row["metric"]) == ("baseline", "market_share")}  # fmt: skip
    assert sum(share.values()) == pytest.approx(1.0)


def test_bench_prints_speed_size_and_shares_of_time(here):
    done = type_command("bench", "tiny.toml", "--shoppers", "400", "--weeks", "2", "--repeats", "2", "--json")
    told = json.loads(done.stdout)
    assert told["shopper_weeks_per_second"] > 0
    assert told["bytes_per_shopper"] > 10
    assert sum(told["behaviours"].values()) == pytest.approx(1.0, abs=0.002)
    assert (told["shoppers"], told["weeks"], len(told["runs"])) == (400, 2, 2)
    assert "400 shoppers, 1 week, 1 thread" in type_command(
        "bench", "tiny.toml", "--shoppers", "400", "--weeks", "1", "--repeats", "1"
    ).stdout  # fmt: skip


def test_notes_and_progress_go_to_stderr_and_quiet_silences_them(mine):
    done = type_command("compare", "tiny.toml")
    assert "The same was run before; read from" in done.stderr
    assert "Result folder:" in done.stderr
    assert "read from" not in done.stdout
    quiet = type_command("compare", "tiny.toml", "--quiet")
    assert (quiet.stderr, quiet.stdout) == ("", done.stdout)


def test_the_comparison_in_words_says_what_was_asked_and_how_sure_the_answer_is(mine):
    said = type_command("compare", "tiny.toml").stdout
    assert said.startswith("Tiny\nDoes anything work?\n\nacme: difference to baseline in weeks 0 to 7, paired over 2")
    assert "95 % intervals, chance only" in said
    assert "preference share" in said.split("* ")[1]  # the answer comes first
    assert "5 % back" in said
    assert "Cost of matched arms" in said
    assert "nan" not in said
    assert max(map(len, said.splitlines())) <= 110


def test_details_say_the_same_and_every_metric_of_each_arm_too(mine):
    done = type_command("compare", "tiny.toml", "--details")
    short = type_command("compare", "tiny.toml").stdout
    assert done.stdout.startswith(short.rstrip("\n"))
    more = done.stdout.removeprefix(short.rstrip("\n"))
    assert "points: 5 % back" in more
    assert all(name in more for name in METRICS)
    assert "What it cost and what came back" in more
    assert "nan" not in more


def test_a_run_shows_the_brand_in_question_in_every_arm_and_all_brands_in_the_baseline(mine):
    said = type_command("run", "tiny.toml").stdout
    assert all(part in said for part in ("acme in every arm", "All brands, baseline", "bolt"))
    whole = type_command("run", "tiny.toml", "--details").stdout
    assert sum(line.startswith("experience") for line in whole.splitlines()) == 2  # both brands


def test_arms_are_compared_with_the_one_that_is_asked_for(here, mine):
    told = json.loads(type_command("compare", "tiny.toml", "--against", "points", "--json").stdout)
    assert told["baseline"] == "points"
    assert {row["arm"] for row in told["differences"]} == {"baseline", "experience"}
    assert Path(told["folder"]).resolve() != mine


def test_the_same_command_again_reads_the_folder_and_force_writes_the_same_bytes_on_any_threads(mine):
    before = bytes_below(mine)
    when = (mine / "run.json").stat().st_mtime_ns
    assert type_command("compare", "tiny.toml").exit_code == 0
    assert (mine / "run.json").stat().st_mtime_ns == when
    done = type_command("compare", "tiny.toml", "--force", "--threads", "2")  # the first time it was one thread
    assert done.exit_code == 0, done.stderr
    after = bytes_below(mine)
    assert (mine / "run.json").stat().st_mtime_ns > when
    assert after.keys() == before.keys()
    assert {"weekly.parquet", "panel.parquet", "summary.csv", "README.md", "scenario.toml"} < after.keys()
    assert [name for name in after if after[name] != before[name] and name != "run.json"] == []


def test_a_results_own_scenario_asks_for_the_same_folder_again(mine, monkeypatch):
    monkeypatch.chdir(mine)
    call = re.search(r"^shoppers (compare scenario\.toml .*)$", (mine / "README.md").read_text(), re.MULTILINE)
    assert call is not None
    words = call[1].split()
    assert words[-3:] == ["--window", "8", "--force"]
    done = type_command(*words[:-1])
    assert done.exit_code == 0, done.stderr
    assert "The same was run before" in done.stderr
    assert [folder.name for folder in mine.parent.iterdir()] == [mine.name]


@pytest.mark.parametrize("name", ["weekly.parquet", "panel.parquet", "scenario.toml"])
def test_a_damaged_result_is_told_and_force_mends_it(mine, name):
    whole = (mine / name).read_bytes()
    (mine / name).write_bytes(whole[: len(whole) // 2])
    done = type_command("compare", "tiny.toml")
    assert done.exit_code == 2
    assert f"{name}: damaged" in done.stderr
    assert "--force" in done.stderr
    if name == "scenario.toml":
        assert type_command("compare", "tiny.toml", "--force", "--quiet").exit_code == 0
        assert (mine / name).read_bytes() == whole


def test_a_half_written_result_is_written_anew(mine):
    whole = (mine / "run.json").read_text()
    (mine / "run.json").write_text(whole[:100])
    done = type_command("compare", "tiny.toml")
    assert done.exit_code == 0
    assert "read from" not in done.stderr
    assert json.loads((mine / "run.json").read_text())["outputs"] == json.loads(whole)["outputs"]


def test_somebodys_own_file_in_a_result_folder_is_never_lost(mine):
    (mine / "notes.txt").write_text("mine")
    done = type_command("compare", "tiny.toml", "--force")
    assert done.exit_code == 2
    assert "holds notes.txt, which is no part of a result" in done.stderr
    assert (mine / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--against", "pionts"], "--against 'pionts': no such arm; tiny has baseline, points, experience"),
        (["--window", "9"], "--window 9: must be from 1 to the scenario's 8 weeks"),
        (["--out", "tiny.toml"], "--out tiny.toml: "),
        (["--out", "tiny.toml/results"], "is a file; choose another folder"),
        (["--set", "shoppers=1e30"], "shoppers: is 1e+30; must be a whole number"),
        (["--behaviours", "nowhere"], "--behaviours nowhere: no such folder"),
        (["--behaviours", "tiny.toml"], "--behaviours tiny.toml: is a file"),
    ],
)
def test_what_cannot_be_run_is_told_before_anything_runs(here, words, said):
    before = bytes_below(here)
    done = type_command("compare", "tiny.toml", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert bytes_below(here) == before
    assert sorted(path.name for path in here.iterdir()) == ["panel.csv", "tiny.toml"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to")
def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(here):
    done = type_command("compare", "tiny.toml", "--out", "/proc/results")
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: --out /proc/results: cannot be written")


def test_comparing_a_market_without_arms_says_what_to_do(here):
    done = type_command("compare", "markets/base")
    assert done.exit_code == 2
    assert "has no arm but the baseline" in done.stderr
    assert "shoppers run" in done.stderr


def test_one_replicate_has_no_intervals_and_says_so(here):
    done = type_command("compare", "tiny.toml", "--replicates", "1", "--window", "1")
    assert "in week 7, paired over 1 replicate;\none replicate tells nothing about chance" in done.stdout
    assert "nan" not in done.stdout
    told = json.loads(type_command("compare", "tiny.toml", "--replicates", "1", "--window", "1", "--json").stdout)
    assert {row["low"] for row in told["differences"]} == {None}


def test_more_shoppers_than_memory_holds_are_refused_at_once(here):
    free = footprint.free_bytes()
    if free is None or free > 40e9:
        pytest.skip("nobody says how much memory there is, or there is enough")
    done = type_command("compare", "tiny.toml", "--set", "shoppers=100_000_000")
    assert done.exit_code == 2
    said = r"shoppers 100,000,000: on \d+ threads? they need about [\d.]+ GB of memory, [\d.]+ GB are free; must be"
    assert re.search(said + r" at most [\d,]+", done.stderr)
    assert not (here / "results").exists()


def test_what_fits_follows_from_the_memory_that_is_free(here, monkeypatch):
    scenario = load_scenario("tiny.toml", ["shoppers=1_000_000"])
    monkeypatch.setattr(footprint, "free_bytes", lambda: 1.2e9)
    footprint.refuse_too_large(scenario, None, threads=1)
    with pytest.raises(footprint.UsageError, match=r"on 4 threads .* must be at most [\d,]+, or --threads 1$"):
        footprint.refuse_too_large(scenario, None, threads=4)
    with pytest.raises(footprint.UsageError, match=r"10,000 replicates of 3 arms: .* ask for less"):
        footprint.refuse_too_large(scenario.model_copy(update={"replicates": 10_000}), None, threads=1)
    monkeypatch.setattr(footprint, "free_bytes", lambda: None)
    footprint.refuse_too_large(scenario, None, threads=256)


BROKEN = {
    "no Python": ("def x(:\n", "mine.py:1: not Python: "),
    "an error while it is read": ("import os\n\n1 / 0\n", "mine.py:3: ZeroDivisionError: division by zero"),
    "a library that is missing": ("import not_there\n", "mine.py:1: ModuleNotFoundError: No module named 'not_there'"),
    "an exit": ("raise SystemExit(7)\n", "mine.py:1: SystemExit: 7"),
    "no behaviour": ("x = 1\n", "mine.py: holds no BEHAVIOUR"),
    "a name that is taken": (
        "from sim.market.behaviours.need import BEHAVIOUR\n", "--behaviours mine: two behaviours are called 'need'",
    ),
    "no parameters": (
        "from sim.market.week import Behaviour, Phase\nBEHAVIOUR = Behaviour('odd', Phase.NEED, 1, 'odd', None)\n",
        "--behaviours: odd: params is None; must be a class made from Params",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("command", [["check", "tiny.toml"], ["schema"], ["compare", "tiny.toml"]])
def test_a_broken_behaviour_file_is_told_with_its_line(here, what, command):
    text, said = BROKEN[what]
    (here / "mine").mkdir()
    (here / "mine" / "mine.py").write_text(text)
    done = type_command(*command, "--behaviours", "mine")
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


FAILING = """\
from sim.market.dials import Params
from sim.market.week import Behaviour, Phase

def fail(market):
    raise KeyError("oops")

BEHAVIOUR = Behaviour("failing", Phase.NEED, 99, "fails", Params, open_week=fail)
"""


def test_a_behaviour_that_fails_in_the_market_is_named_with_its_line(here, monkeypatch):
    monkeypatch.delenv("SHOPPERS_TRACEBACK", raising=False)
    (here / "mine").mkdir()
    (here / "mine" / "failing.py").write_text(FAILING)
    words = ["compare", "tiny.toml", "--behaviours", "mine", "--set", "behaviours.taste.on=false"]
    done = type_command(*words)
    assert done.exit_code == 1
    assert f"failing.py:5: KeyError: 'oops'{os.linesep}" in done.stderr
    assert "SHOPPERS_TRACEBACK=1 shows more" in done.stderr
    assert not (here / "results").exists()
    monkeypatch.setenv("SHOPPERS_TRACEBACK", "1")
    assert isinstance(type_command(*words).exception, KeyError)


def test_a_changed_behaviour_file_is_another_run(here):
    (here / "mine").mkdir()
    path = here / "mine" / "quiet.py"
    path.write_text(FAILING.replace('raise KeyError("oops")', "return"))
    words = ["compare", "tiny.toml", "--behaviours", "mine", "--set", "behaviours.taste.on=false", "--json"]
    words += ["--replicates", "1"]
    first = json.loads(type_command(*words).stdout)["folder"]
    assert json.loads(type_command(*words).stdout)["folder"] == first
    path.write_text(path.read_text() + "# another thought\n")
    assert json.loads(type_command(*words).stdout)["folder"] != first
