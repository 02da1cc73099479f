"""The commands that read a scenario and run nothing: list, show, check, schema, plan."""

import json
import tomllib

import pytest
from cli_kit import TINY, type_command

from sim.experiments.tables import table


def test_every_shipped_scenario_is_listed_and_sound():
    rows = json.loads(type_command("list", "--json").stdout)
    assert {"benchmarks/w1", "experience_vs_points", "markets/base", "markets/coffee"} <= {row["name"] for row in rows}
    said = type_command("list").stdout
    for row in rows:
        assert row["question"] in said  # nothing is cut
        assert type_command("check", row["name"]).exit_code == 0


def test_what_is_shown_is_a_scenario_that_says_the_same(here):
    shown = type_command("show", "tiny.toml", "--set", "brands.acme.price=4.5").stdout
    assert tomllib.loads(shown)["brands"]["acme"]["price"] == 4.5
    (here / "again.toml").write_text(shown)
    assert type_command("show", "again.toml").stdout == shown


def test_flags_win_over_set(here):
    done = type_command("show", "tiny.toml", "--set", "seed=5", "--seed", "6", "--replicates", "3")
    assert (tomllib.loads(done.stdout)["seed"], tomllib.loads(done.stdout)["replicates"]) == (6, 3)


def test_check_counts_what_it_found(here):
    done = type_command("check", "tiny.toml", "--replicates", "1")
    assert done.stdout == "tiny.toml: sound; 2 brands, 3 arms, 1 replicate\n"


def test_the_schema_is_one_of_json():
    schema = json.loads(type_command("schema").stdout)
    assert schema["$schema"].endswith("2020-12/schema")
    assert {"brands", "arms", "behaviours", "extends"} <= schema["properties"].keys()


def test_the_week_is_printed_in_order():
    rows = json.loads(type_command("plan", "--json").stdout)
    assert list(rows[0]) == ["phase", "behaviour", "does", "reads", "writes"]
    names = [row["behaviour"] for row in rows]
    assert names.index("need") < names.index("choice") < names.index("usage")
    other = json.loads(type_command("plan", "benchmarks/w1", "--json").stdout)
    assert "taste" not in [row["behaviour"] for row in other]  # it is switched off there


def test_every_assumption_has_a_default_a_source_and_a_path_that_can_be_set():
    rows = json.loads(type_command("plan", "--assumptions", "--json").stdout)
    assert len({row["id"] for row in rows}) == len(rows) > 50
    assert all(row["source"] and row["meaning"] for row in rows)
    assert not any(isinstance(row["default"], str) and "Pydantic" in row["default"] for row in rows)
    for row in rows:
        path = row["id"].replace("brands.*", "brands.acme").replace("retailers.*", "retailers.depot")
        value = "none" if row["default"] is None else json.dumps(row["default"])
        done = type_command("check", "markets/base", "--set", f"{path}={value}")
        assert done.exit_code == 0, done.stderr


def test_the_data_dictionary_says_shape_type_and_meaning():
    rows = json.loads(type_command("plan", "--data", "--json").stdout)
    memory = next(row for row in rows if row["name"] == "memory")
    assert (memory["of"], memory["shape"], memory["type"]) == ("shoppers", "(N, B)", "float32")
    assert all(row["meaning"] for row in rows)


@pytest.mark.parametrize("flags", [[], ["--data"], ["--assumptions"]])
def test_a_pipe_gets_tables_uncut(flags):
    said = type_command("plan", *flags).stdout
    assert "…" not in said
    for row in json.loads(type_command("plan", *flags, "--json").stdout):
        assert all(value in said for value in row.values() if isinstance(value, str))


def test_a_narrow_terminal_gets_texts_folded_between_words_and_none_lost():
    words = "a text that is far too long for the line that it is to stand on"
    rows = [{"id": "some.path.that_must_not_be_broken", "meaning": words, "number": 1234.5}]
    folded = table(rows, width=70)
    assert max(map(len, folded.splitlines())) <= 70
    assert all(word in folded for word in [*words.split(), rows[0]["id"], "1,23"])
    assert table(rows) == table(rows, width=1000)


def test_numbers_of_a_column_stand_under_each_other():
    rows = [{"cost": 43.38, "n": 12345, "share": "5.0 %"}, {"cost": 0, "n": 7, "share": "-"}]
    lines = table([*rows, {"cost": None, "n": None, "share": "12.0 %"}]).splitlines()[2:]
    assert [line.split() for line in lines] == [
        ["43.38", "12,345", "5.0", "%"], ["0.00", "7", "-"], ["-", "-", "12.0", "%"],
    ]  # fmt: skip
    assert len({len(line) for line in lines}) == 1


WRONG = {
    "an unknown key": (("weeks = 8", "week = 8"), "changed.toml:4: week: unknown key week (did you mean weeks?)"),
    "a wrong type": (("weeks = 8", 'weeks = "eight"'), 'changed.toml:4: weeks: is "eight"; must be a whole number'),
    "a negative price": (("price = 5.0", "price = -5.0"), "brands.acme.price: is -5.0; must be a number above 0"),
    "shares that do not sum": (("share = 0.6", "share = 0.7"), "brands: the shares of the 2 brands sum to 1.1; must"),
    "nobody": (("shoppers = 300", "shoppers = 0"), "changed.toml:3: shoppers: is 0; must be a whole number of at"),
    "far too many": (("shoppers = 300", "shoppers = 1e30"), "shoppers: is 1e+30; must be a whole number"),
    "a brand that is not there": (('brand = "acme"', 'brand = "acmee"'), "there is no such brand (did you mean acme?)"),
    "a change after the end": (('brand = "acme"\nset', 'brand = "acme"\nfrom_week = 9\nset'), "is 9, after the end"),
    "an arm that is not there": (('matched_to = "points"', 'matched_to = "pionts"'), "arm (did you mean points?"),
    "a lever that is not there": (("usage = 1.0", "usge = 1.0"), "(did you mean usage?)"),
    "a missing bracket": (("[brands]", "[brands"), "changed.toml:13: is not TOML (column 8"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_scenario_is_told_with_line_and_what_is_allowed(with_changes, what):
    change, said = WRONG[what]
    done = type_command("check", with_changes(change))
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.startswith("Error: changed.toml:")
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "odd.toml:1: is empty; a scenario must extend another"),
        (bytes(range(128, 256)), "odd.toml:1: is not text in UTF-8"),
        (b"\0\0\0", "odd.toml:1: is not TOML"),
        (b'extends = "odd.toml"', "odd.toml:1: extends: goes round in a loop: odd.toml -> odd.toml"),
        (b'extends = "markets/bas"', "odd.toml:1: extends:"),
    ],
)
def test_a_file_that_is_no_scenario_is_told(here, content, said):
    (here / "odd.toml").write_bytes(content)
    done = type_command("check", "odd.toml")
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing.toml", "nothing.toml"), ("experience_vs_point", "did you mean experience_vs_points?"),
        (".", "is a folder"), ("", "name is empty"), ("tiny.toml/x", "tiny.toml/x"), ("a\0b", "\\u0000"),
    ],
)  # fmt: skip
def test_a_scenario_that_is_not_there_is_told(here, name, said):
    done = type_command("check", name)
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("weeks", "not of the form PATH=VALUE"),
        ("weeks=", "without a value"),
        ("week=4", "unknown key week (did you mean weeks?)"),
        ("brands.acm.price=4", "there is no brands.acm (did you mean acme?)"),
        ("weeks=many", 'weeks: is "many"; must be a whole number'),
        ("brands.acme.share=0.9", "sum to 1.3; must sum to 1"),
    ],
)
def test_a_wrong_override_is_told(here, value, said):
    done = type_command("check", "tiny.toml", "--set", value)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.startswith("Error: --set: ")


def test_all_problems_are_told_at_once(with_changes):
    done = type_command("check", with_changes(("price = 5.0", "price = -5.0"), ("replicates = 2", "replicates = 0")))
    assert done.stderr.count("changed.toml:") == 2


def test_the_tiny_market_is_what_the_tests_think(here):
    assert type_command("check", "tiny.toml").exit_code == 0
    assert tomllib.loads(TINY)["weeks"] == 8
