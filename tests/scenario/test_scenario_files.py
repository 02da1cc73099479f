"""Files: found, read, laid over each other; and what is wrong with a file as such."""

import subprocess
import sys
from pathlib import Path

import pytest
from scenario_kit import BEHAVIOURS, MARKET

from sim.errors import ScenarioError
from sim.scenario import load_scenario, open_scenario, shipped


def problem_of(name):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(name, (), BEHAVIOURS)
    (problem,) = caught.value.problems
    return problem


def test_tables_merge_key_by_key_and_all_else_is_replaced(write):
    write(
        "base.toml",
        MARKET + '[sweep]\n"network.ties" = [4, 8]\n[brands.acme.scheme]\nthreshold = 7\nreward_rate = 0.1\n',
    )
    write(
        "mine.toml",
        'extends = "base.toml"\nsweep."network.ties" = [5]\n\n'
        "brands.acme = { price = 9, scheme = { reward_rate = 0.2 } }\n",
    )
    scenario = load_scenario("mine.toml", (), BEHAVIOURS)
    acme = scenario.brands["acme"]
    assert (acme.price, acme.share, acme.scheme.reward_rate, acme.scheme.threshold) == (9, 0.4, 0.2, 7)
    assert scenario.sweep == {"network.ties": [5]}
    assert list(scenario.brands) == ["acme", "bolt"]


def test_an_extended_file_is_looked_up_beside_the_one_that_extends_it(write):
    write("a/base.toml", MARKET)
    write("a/b/middle.toml", 'extends = "../base.toml"\nweeks = 10\n')
    path = write("mine.toml", 'extends = "a/b/middle.toml"\nseed = 7\n')
    loaded = open_scenario(path, (), BEHAVIOURS)
    assert (loaded.scenario.weeks, loaded.scenario.seed) == (10, 7)
    assert loaded.name == "mine"
    assert [one.name for one in loaded.sources] == ["base.toml", "middle.toml", "mine.toml"]


def test_a_problem_names_the_file_that_said_the_value(write):
    write("base.toml", MARKET.replace("price = 5", "price = -5").replace("weeks = 104", "weeks = 0"))
    write("mine.toml", 'extends = "base.toml"\nweeks = 5\n\nbrands.bolt.price = 0\n')
    with pytest.raises(ScenarioError) as caught:
        load_scenario("mine.toml", (), BEHAVIOURS)
    first, second = caught.value.problems
    assert first.startswith("base.toml:4: brands.acme.price: is -5; ")
    assert second.startswith("mine.toml:4: brands.bolt.price: is 0; ")


def test_a_problem_names_the_last_file_that_changed_a_share(write):
    write("base.toml", MARKET)
    write("mine.toml", 'extends = "base.toml"\n\n[brands.acme]\nshare = 0.5\n')
    assert problem_of("mine.toml").startswith("mine.toml:4: brands: the shares of the 2 brands sum to 1.1")


def test_what_is_inherited_can_be_dropped(write):
    write("base.toml", MARKET + '[arms.points]\nlabel = "x"\n[category]\nrate_shape = 0.3\n')
    rows = ['extends = "base.toml"', 'drop = ["brands", "arms.points", "category.rate_shape"]']
    rows += [f"[brands.{key}]\nshare = 0.5\nprice = 1" for key in ("cold", "dune")]
    write("mine.toml", "\n".join(rows))
    scenario = load_scenario("mine.toml", (), BEHAVIOURS)
    assert list(scenario.brands) == ["cold", "dune"]
    assert list(scenario.arms) == ["baseline"]
    assert scenario.category.rate_shape == 0.8


@pytest.mark.parametrize(
    ("drop", "problem"),
    [
        (
            '["brands.acne"]',
            'mine.toml:2: drop.0: nothing inherited is called "brands.acne" (did you mean acme?); in brands there',
        ),
        (
            '["brandz.acme"]',
            'nothing inherited is called "brandz.acme" (did you mean brands?); there is weeks, brands, retailers',
        ),
        ('["a..b"]', 'mine.toml:2: drop.0: "a..b" is not a path'),
        ('"brands"', 'mine.toml:2: drop: is "brands"; must be a list of inherited paths'),
        ("[1]", "mine.toml:2: drop: is [1]; must be a list of inherited paths"),
        ('["brands.acme"]', "mine.toml:2: brands: "),
    ],
)
def test_what_cannot_be_dropped_is_told(write, drop, problem):
    write("base.toml", MARKET + "[brands.cold]\nshare=0.0001\nprice=1\n")
    write("mine.toml", f'extends = "base.toml"\ndrop = {drop}\n')
    assert problem in problem_of("mine.toml")


def test_files_that_extend_each_other_are_a_loop(write):
    write("a.toml", 'title = "a"\nextends = "b.toml"\n')
    write("b.toml", 'extends = "sub/../a.toml"\n')
    write("sub/x.toml", "")
    assert problem_of("a.toml").startswith("b.toml:1: extends: goes round in a loop: a.toml -> b.toml -> ")
    write("self.toml", 'extends = "self.toml"\n')
    assert problem_of("self.toml") == "self.toml:1: extends: goes round in a loop: self.toml -> self.toml"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            '"markets/bace"',
            'extends: "markets/bace" is neither a .toml file nor a shipped scenario (did you mean markets/base?)',
        ),
        ('"base.toml"', 'mine.toml:2: extends: "base.toml": no such file'),
        ('"sub"', 'mine.toml:2: extends: "sub" is a folder; give the .toml file of a scenario'),
        ('""', "mine.toml:2: extends: the name is empty"),
        ("5", "mine.toml:2: extends: is 5; must be the name or file of a scenario, as a text"),
        ('"a\\u0000b.toml"', 'extends: "a\\u0000b.toml": '),
        (f'"{"x" * 3000}.toml"', "mine.toml:2: extends: "),
    ],
)
def test_an_extended_file_that_is_not_there_is_told(write, name, problem):
    write("sub/x.toml", "")
    write("mine.toml", f'title = "x"\nextends = {name}\n')
    found = problem_of("mine.toml")
    assert problem in found
    assert len(found) < 400


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("markets/bas", "(did you mean markets/base?); shipped: "),
        ("markets/bas.toml", "(did you mean markets/base?); shipped: "),
        ("nothing.toml", '"nothing.toml": no such file; shipped: '),
        ("", "the name is empty; give a .toml file or a shipped scenario: "),
        (".", '"." is a folder; give the .toml file of a scenario'),
        ("/dev/null", '"/dev/null" is not an ordinary file'),
        (Path("markets/base"), '"markets/base" is neither a .toml file nor a shipped scenario'),
    ],
)
def test_a_scenario_that_is_not_there_is_told(write, name, problem):
    assert problem in problem_of(name)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "mine.toml:1: is empty; a scenario must extend another"),
        (b"title = 'a'\nx = \xff\xfe\n", "mine.toml:2: is not text in UTF-8 (byte 0xff); save it as UTF-8"),
        ('title = "x"'.encode("utf-16"), "mine.toml:1: is not text in UTF-8 (byte 0xff)"),
        (bytes(range(256)), "mine.toml:"),
        (b"PAR1\x00\x01", "mine.toml:1: is not TOML (column"),
        (b"a = 1\nb = \n", 'mine.toml:2: is not TOML (column 5 of "b ="): invalid value'),
        (
            b"a = 1\na = 2\n",
            'mine.toml:2: is not TOML (column 6 of "a = 2"): cannot overwrite a value: a key or table is given twice',
        ),
        (b"[a]\n[b]\n[a]\n", "mine.toml:3: is not TOML (column 3 of \"[a]\"): cannot declare ('a',) twice"),
        (
            b"a = {b = 1, b = 2}\n",
            "mine.toml:1: is not TOML (column 18 of \"a = {b = 1, b = 2}\"): duplicate inline table key 'b'",
        ),
        (b'a = "never closed', 'mine.toml:1: is not TOML (at the end of "a = \\"never closed"): unterminated string'),
        (b"a = 2021-13-01\n", "mine.toml:1: is not TOML"),
        (
            b"x = 1\na = " + b"[" * 100 + b"]" * 100,
            "mine.toml:2: a.0.0 ...: is nested more than 40 tables or lists deep",
        ),
        (b"x = 1\na = " + b"[" * 9000 + b"]" * 9000, "mine.toml: is nested too deeply to be read"),
        (b"x = 1\n" + b"a." * 100 + b"b = 1", "mine.toml:2: a.a.a ...: is nested more than 40 tables or lists deep"),
        (b"x = 1\nseed = " + b"9" * 5000, "mine.toml:2: holds a number of too many digits"),
        (b"#" * 5_000_000, "mine.toml: is larger than 4 MB; a scenario is a short text"),
    ],
)
def test_a_file_that_is_no_scenario_is_one_problem(write, content, problem):
    write("mine.toml", content)
    assert problem_of("mine.toml").startswith(problem)


def test_a_file_that_may_not_be_read_is_told(write, monkeypatch):
    path = write("mine.toml", MARKET)

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert problem_of(path) == "mine.toml: cannot be opened: Permission denied"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(write):
    write("mine.toml", b"\xef\xbb\xbf" + MARKET.replace("\n", "\r\n").encode())
    assert load_scenario("mine.toml", (), BEHAVIOURS).weeks == 104


def test_every_shipped_scenario_loads_and_says_what_it_asks():
    listed = shipped()
    assert "markets/base" in [name for name, _, _ in listed]
    for name, title, question in listed:
        assert title, name
        assert question.endswith("?"), name
        assert open_scenario(name).name == name


def test_an_empty_file_cannot_be_extended(write):
    write("base.toml", "# nothing\n")
    write("mine.toml", 'extends = "base.toml"\n' + MARKET)
    assert problem_of("mine.toml").startswith("base.toml:1: is empty; ")


def test_an_installed_package_brings_its_scenarios_along(write, monkeypatch):
    package = write("site/sim/__init__.py", "").parent
    write("site/scenarios/of_a_stranger.toml", MARKET)
    write("site/sim/_scenarios/markets/base.toml", MARKET)
    monkeypatch.setattr("sim.__file__", str(package / "__init__.py"))
    assert [name for name, _, _ in shipped()] == ["markets/base"]


def test_reading_a_scenario_needs_neither_arrays_nor_compilers():
    code = "import sys, sim.scenario; print({'numpy', 'numba', 'mesa'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_shipped_scenario_has_its_name_however_it_is_given():
    loaded = open_scenario("markets/base")
    assert open_scenario(loaded.sources[0]) == loaded


def test_the_base_market_has_eight_brands_of_which_acme_is_third():
    scenario = load_scenario("markets/base")
    shares = sorted((brand.share for brand in scenario.brands.values()), reverse=True)
    assert len(scenario.brands) == 8
    assert len(scenario.retailers) == 3
    assert scenario.focal == "acme"
    assert shares[2] == scenario.brands["acme"].share
    assert shares == pytest.approx([rank**-0.8 / sum(k**-0.8 for k in range(1, 9)) for rank in range(1, 9)], abs=0.001)
    prices = [brand.price for brand in scenario.brands.values()]
    assert sum(prices) / 8 == pytest.approx(5, abs=0.01)
