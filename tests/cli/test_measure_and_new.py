"""The commands that read a purchase panel: what they say of a good one, and of everything else."""

import json
import math

import pytest
from cli_kit import PANEL, bytes_below, type_command

from sim.experiments.told import CATEGORY_WORDS
from sim.scenario.load import load_scenario

HEAD = "shopper,day,brand,units,price\n"
MEASURES = {"share", "penetration", "purchase_frequency", "share_of_requirements", "sole_buyers", "repeat_rate"}
GOOD = ["completejourney:coffee", "--weeks", "1-13"]


def test_a_panel_gives_the_measures_that_are_promised(here):
    told = json.loads(type_command("measure", "panel.csv", "--json").stdout)
    assert {brand["brand"] for brand in told["brands"]} == {"a", "b"}
    assert all(brand.keys() >= MEASURES | {f"{m}_dirichlet" for m in MEASURES - {"share"}} for brand in told["brands"])
    assert math.isclose(sum(brand["share"] for brand in told["brands"]), 1.0)
    assert told["category"].keys() == CATEGORY_WORDS.keys()
    assert told["category"]["purchases"] == 120


def test_a_panel_is_measured_in_words(here):
    said = type_command("measure", "panel.csv").stdout
    assert "share of the panelists who bought" in said
    assert "observed / as the NBD-Dirichlet expects" in said
    assert "nan" not in said


def test_weeks_and_members_of_a_panel_can_be_chosen(here):
    chosen = ["measure", "panel.csv", "--weeks", "2-4", "--panelists", "40", "--json"]
    told = json.loads(type_command(*chosen).stdout)["category"]
    assert (told["days"], told["panelists"]) == (21, 40)
    assert told["penetration"] == told["buyers"] / 40


def test_the_last_week_of_a_panel_may_be_cut_short(here):
    (here / "short.csv").write_text(HEAD + "h1,0,a,1,2\nh2,8,b,1,2\nh1,8,a,1,2\n")
    done = type_command("measure", "short.csv", "--weeks", "2-2", "--json")
    assert json.loads(done.stdout)["category"]["days"] == 2


def test_columns_may_have_other_names(here):
    (here / "theirs.csv").write_text(PANEL.replace("shopper,day", "household,date", 1))
    done = type_command("measure", "theirs.csv", "--column", "shopper=household", "--column", "day=date", "--json")
    assert done.stdout == type_command("measure", "panel.csv", "--json").stdout


def test_the_panel_of_a_result_is_measured_one_run_at_a_time(finished):
    panel = str(next((finished / "results").glob("tiny-*/panel.parquet")))
    done = type_command("measure", panel)
    assert done.exit_code == 2
    assert "arm: several runs in one table: 'baseline', 'points', 'experience'" in done.stderr
    chosen = ["--where", "arm=baseline", "--where", "replicate=0", "--panelists", "100", "--json"]
    told = json.loads(type_command("measure", panel, *chosen).stdout)
    assert {brand["brand"] for brand in told["brands"]} == {"acme", "bolt"}


WRONG_PANELS = {
    "missing columns": ("shopper,date,brand,units\nh1,2024-01-01,a,1\n", "odd.csv: day: the column is missing"),
    "bad dates": (HEAD + "h1,01/02/2024,a,1,2\n", "odd.csv:2: day: '01/02/2024'; allowed: an ISO date"),
    "a row twice": (HEAD + "h1,2024-01-01,a,1,2\n" * 2, "odd.csv:3: a copy of line 2"),
    "negative units": (HEAD + "h1,2024-01-01,a,-1,2\n", "odd.csv:2: units: '-1'; allowed: a whole number from 1"),
    "a negative price": (HEAD + "h1,2024-01-01,a,1,-2\n", "odd.csv:2: price: '-2'; allowed: a number of 0 or more"),
    "no purchases": (HEAD, "odd.csv: no purchases"),
    "nothing": ("", "odd.csv: the file is empty"),
    "no text": ("\0\1\2", "odd.csv: this is neither text (CSV in UTF-8) nor a Parquet file"),
    "half a Parquet file": ("PAR1\1", "odd.csv: the Parquet file is damaged"),
}


@pytest.mark.parametrize("what", WRONG_PANELS)
@pytest.mark.parametrize("command", [["measure", "odd.csv"], ["new", "market", "--from", "odd.csv"]])
def test_a_wrong_panel_is_told_with_line_and_what_is_allowed(here, what, command):
    content, said = WRONG_PANELS[what]
    (here / "odd.csv").write_text(content)
    before = bytes_below(here)
    done = type_command(*command)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert bytes_below(here) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.csv"], "nothing.csv: there is no such file"),
        (["."], "this is a folder; name the file in it, such as panel.parquet"),
        ([""], "the panel's name is empty"),
        (["completejourney:cofee"], "category 'cofee' is not open (did you mean 'coffee'?)"),
        (["completejourney:coffee", "--weeks", "1-27"], "weeks 1 to 27; allowed: from 1 to 26"),
        (["completejourney:coffee", "--panelists", "9"], "go with a file"),
        (["panel.csv", "--weeks", "5"], "--weeks '5': must be FIRST-LAST"),
        (["panel.csv", "--weeks", "3-2"], "--weeks '3-2': must be FIRST-LAST, from 1 on"),
        (["panel.csv", "--weeks", "0-2"], "--weeks '0-2': must be FIRST-LAST, from 1 on"),
        (["panel.csv", "--weeks", "1-9"], "--weeks 1-9: panel.csv has weeks 1 to 4 (28 days)"),
        (["panel.csv", "--panelists", "3"], "3 panelists; allowed: at least the 17 who bought"),
        (["panel.csv", "--where", "arm"], "--where 'arm': must be COLUMN=VALUE"),
        (["panel.csv", "--where", "arm=x"], "panel.csv: arm: the column is missing"),
        (["panel.csv", "--where", "brand=z"], "panel.csv: brand: no row has 'z'; allowed: 'a', 'b'"),
        (["panel.csv", "--column", "shopper"], "--column 'shopper': must be OURS=THEIRS"),
        (["panel.csv", "--column", "shoper=x"], "--column: a panel has no column 'shoper' (did you mean 'shopper'?)"),
        (["panel.csv", "--column", "shopper=x"], "panel.csv: x: the column is missing"),
        (["panel.csv", "--beside", "nothing.toml"], '"nothing.toml"'),
        (["panel.csv", "--beside", "markets/coffee"], "--beside: the panel's brands (acme, b) are not those of"),
        (["panel.csv", "--beside", "tiny.toml", "--focal", "z"], "--focal 'z': no such brand in the panel; there"),
    ],
)
def test_what_cannot_be_measured_is_told(here, words, said):
    done = type_command("measure", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("Error:") == 1


def test_a_what_if_to_edit_is_sound(here):
    done = type_command("new", "mine")
    assert (done.exit_code, done.stdout) == (0, "mine.toml\n")
    assert "price_cut" in load_scenario("mine.toml").arms


def test_a_market_is_measured_from_a_panel(here):
    assert type_command("new", "market.toml", "--from", "panel.csv", "--focal", "b").exit_code == 0
    market = load_scenario("market.toml")
    assert list(market.brands) == ["a", "acme"]
    assert market.brands["acme"].label == "Acme (b)"
    assert math.isclose(sum(brand.share for brand in market.brands.values()), 1.0, abs_tol=1e-9)
    assert market.brands["acme"].share == 0.25


def test_a_small_brand_is_not_pooled_if_the_question_is_about_it(here):
    rows = "".join(f"h{n % 30},{n % 97},{'b' if n % 200 == 7 else 'ac'[n % 2]},1,2\n" for n in range(2000))
    (here / "odd.csv").write_text(HEAD + rows)
    assert type_command("new", "market", "--from", "odd.csv", "--panelists", "40").exit_code == 0
    assert list(load_scenario("market.toml").brands) == ["acme", "c", "other"]
    assert type_command("new", "market", "--from", "odd.csv", "--focal", "b", "--force").exit_code == 0
    assert list(load_scenario("market.toml").brands) == ["a", "c", "acme"]


def test_the_shipped_coffee_market_is_what_its_command_writes(here):
    assert type_command("new", "coffee", "--from", "completejourney:coffee", "--focal", "m1046").exit_code == 0
    written, ours = load_scenario("coffee.toml"), load_scenario("markets/coffee")
    assert written.model_copy(update={"title": ""}) == ours.model_copy(update={"title": ""})


def names_and_rows():
    names = [f"B{n}" for n in range(40)] + ["Ångström", 'So "called"', "L" * 60, "日本", "京都", "acme", "a\tb"]
    rows = []
    for n in range(3000):
        name = names[n % len(names)].replace('"', '""')
        rows.append(f'h{(n * n) % 211},{n % 180},"{name}",1,{0.004 + n % 3 / 1000}')
    return HEAD + "\n".join(dict.fromkeys(rows))


def test_whatever_brands_are_called_and_however_many_there_are_the_market_is_sound(here):
    (here / "odd.csv").write_text(names_and_rows())
    done = type_command("new", "market", "--from", "odd.csv", "--panelists", "300", "--focal", "京都")
    assert done.exit_code == 0, done.stderr
    market = load_scenario("market.toml")
    assert len(market.brands) == 32
    assert market.brands["acme"].label == "Acme (京都)"
    assert all(brand.price > 0.003 for brand in market.brands.values())


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("h1,0,a,1,2\nh1,3,a,1,2\n", "a market needs two brands; the panel has only a"),
        ("h1,0,a,1,\nh1,3,a,1,\nh2,1,b,1,2\nh2,4,b,1,2\n", "a market needs prices above 0; the panel has none for a"),
        ("h1,0,a,1,2\nh2,3,b,1,2\n", "the panel cannot tell purchases a week, K, S"),
    ],
)
def test_a_panel_that_makes_no_market_is_told(here, rows, said):
    (here / "odd.csv").write_text(HEAD + rows)
    done = type_command("new", "market", "--from", "odd.csv")
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (here / "market.toml").exists()


@pytest.mark.parametrize("name", ["", ".", "..", "folder/", " ", ".hidden", "a\nb"])
def test_a_name_that_is_none_is_refused(here, name):
    before = bytes_below(here)
    done = type_command("new", name)
    assert done.exit_code == 2
    assert "is no name for a scenario file" in done.stderr
    assert bytes_below(here) == before


def test_a_file_that_is_there_is_replaced_only_if_asked(here):
    before = bytes_below(here)
    done = type_command("new", "tiny")
    assert done.exit_code == 2
    assert done.stderr == "Error: tiny.toml: is there already; --force replaces it\n"
    assert bytes_below(here) == before
    assert type_command("new", "tiny", "--force").exit_code == 0
    assert "price_cut" in (here / "tiny.toml").read_text()


def test_what_cannot_be_written_is_told_and_leaves_nothing(here):
    (here / "folder.toml").mkdir()
    before = bytes_below(here)
    assert "folder.toml: is a folder" in type_command("new", "folder", "--force").stderr
    done = type_command("new", "tiny.toml/market")
    assert done.exit_code == 2
    assert done.stderr == "Error: tiny.toml/market.toml: cannot be written, tiny.toml is not a folder\n"
    assert bytes_below(here) == before


@pytest.mark.slow
def test_a_market_stands_beside_the_panel_it_was_measured_from(here):
    done = type_command("measure", *GOOD, "--beside", "markets/coffee", "--focal", "m1046", "--json")
    told = json.loads(done.stdout)
    assert told["mean_relative_error"].keys() >= {"penetration", "purchase_frequency"}
    assert told["rows"][0].keys() == {"brand", "measure", "real", "simulated", "error"}
