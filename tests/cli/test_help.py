"""What a newcomer reads first: help, version, the list of commands, and what is said without any word."""

import subprocess
import sys
import tomllib

import click
import pytest
from cli_kit import ROOT, type_command
from click.testing import CliRunner

from sim.cli import main

COMMANDS = sorted(main.commands)
HEAVY = ("numpy", "numba", "mesa", "matplotlib", "pydantic", "scipy", "pyarrow", "rich")


def test_all_promised_commands_are_there():
    assert COMMANDS == ["bench", "check", "compare", "list", "measure", "new", "plan", "run", "schema", "show"]


def test_the_list_of_commands_tells_each_in_a_whole_sentence():
    said = type_command("--help").stdout
    for name in COMMANDS:
        line = next(line for line in said.splitlines() if line.startswith(f"  {name} "))
        assert line.endswith(".")
        assert not line.endswith("...")
        assert len(line) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_every_flag_says_what_it_does(name):
    done = type_command(name, "--help")
    assert done.exit_code == 0
    assert type_command(name, "-h").stdout == done.stdout
    assert "INTEGER" not in done.stdout
    assert all(option.help for option in main.commands[name].params if isinstance(option, click.Option))


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom sim.cli import main\n"
        f"for words in [[], *[[name] for name in {COMMANDS!r}]]:\n"
        "    main([*words, '--help'], standalone_mode=False)\n"
        f"print('loaded', *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded"
    assert done.stderr == ""


def test_the_version_is_that_of_the_project():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    done = type_command("--version")
    assert (done.exit_code, done.stdout) == (0, f"shoppers {version}\n")


def test_without_a_command_the_help_is_shown():
    done = type_command()
    assert done.exit_code == 2
    assert "Commands:" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek"], "No such command 'chek'. (Did you mean one of: 'check'"),
        (["check"], "Missing argument 'SCENARIO'"),
        (["check", "a", "b"], "unexpected extra argument (b)"),
        (["check", "a", "--sett", "b=1"], "No such option '--sett'"),
        (["check", "a", "--seed", "x"], "Invalid value for '--seed': 'x' is not a valid whole number"),
        (["check", "a", "--seed", "-1"], "Invalid value for '--seed': -1 is not in the range 0<=x<="),
        (["check", "a", "--replicates", "0"], "Invalid value for '--replicates': 0 is not in the range"),
        (["run", "a", "--threads", "0"], "Invalid value for '--threads': 0 is not in the range"),
        (["run", "a", "--window", "0"], "Invalid value for '--window': 0 is not in the range"),
        (["bench", "--weeks", "0"], "Invalid value for '--weeks': 0 is not in the range"),
        (["measure", "a", "--panelists", "0"], "Invalid value for '--panelists': 0 is not in the range"),
        (["plan", "--data", "--assumptions"], "--assumptions and --data: give one of them"),
        (["measure", "a", "--focal", "b"], "--focal: goes with --beside only"),
        (["new", "a", "--weeks", "1-2"], "--weeks: goes with --from only"),
    ],
)
def test_wrong_words_are_told_with_what_is_allowed(here, words, said):
    done = type_command(*words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_flags_can_be_set_in_the_environment(here):
    done = CliRunner(env={"SHOPPERS_CHECK_REPLICATES": "7"}).invoke(main, ["check", "tiny.toml"])
    assert done.stdout == "tiny.toml: sound; 2 brands, 3 arms, 7 replicates\n"
