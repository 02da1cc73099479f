"""Ctrl-C, a closed pipe, a full disk, a terminal without colours: what a shell does to a command."""

import io
import os
import signal
import sys
import time

import click
import pytest
from cli_kit import start_command, type_command

from sim.cli import main
from sim.cli.group import ASKED, Stop
from sim.cli.progress import progress

LONG = ["--set", "weeks=5000", "--set", "shoppers=5000"]
PROMPTLY = 5.0
"""Seconds; a week takes milliseconds, the run itself would take minutes."""

posix = pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")


@posix
@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_stopped_ends_at_once_and_leaves_nothing(here, number, exit_code):
    with start_command("compare", "tiny.toml", *LONG, folder=here) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("matching costs"):
                break
        asked = time.monotonic()
        process.send_signal(number)
        time.sleep(0.05)
        process.send_signal(number)  # as impatient people do
        out, err = process.communicate(timeout=30)
    assert time.monotonic() - asked < PROMPTLY
    assert (process.returncode, out) == (exit_code, "")
    assert err.strip() == "Stopped; nothing was written."
    assert sorted(path.name for path in here.iterdir()) == ["panel.csv", "tiny.toml"]
    assert type_command("run", "tiny.toml", "--replicates", "1").exit_code == 0  # the next one works


@posix
@pytest.mark.parametrize("after", [0.15, 0.6])
def test_ctrl_c_while_the_program_loads_is_heard(here, after):
    with start_command("compare", "tiny.toml", *LONG, folder=here) as process:
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode in {130, -signal.SIGINT}  # the latter before there is anybody to hear it
    assert "Traceback" not in err or after < 0.2
    assert not (here / "results").exists()


def test_ctrl_c_that_a_library_swallowed_is_heard_with_the_next_week():
    with click.Context(main) as ctx, progress(quiet=True, first=lambda: None) as tell:
        tell(0.1, "arms")
        ctx.meta[ASKED] = type("Event", (), {"is_set": lambda self: True})()
        with pytest.raises(Stop):
            tell(0.2, "arms")


@posix
def test_a_reader_who_has_seen_enough_is_no_error(here):
    with start_command("schema", folder=here) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_full_disk_is_told(here):
    with open("/dev/full", "w") as full, start_command("list", folder=here, stdout=full) as process:  # noqa: PTH123
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Traceback" not in err
    assert "No space left on device" in err


def test_letters_that_a_terminal_does_not_know_stop_no_command(here):
    text = (here / "tiny.toml").read_text().replace('"Tiny"', '"Größe 大"')
    (here / "tiny.toml").write_text(text, "utf-8")
    with start_command("show", "tiny.toml", folder=here, PYTHONIOENCODING="latin-1") as process:
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert "\\u5927" in out


class Terminal(io.StringIO):
    """What a program writes to somebody who looks."""

    def isatty(self):
        return True


@pytest.mark.parametrize("wish", [None, "1"])
def test_colours_are_for_terminals_that_want_them(monkeypatch, wish):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if wish:
        monkeypatch.setenv("NO_COLOR", wish)
    with click.Context(main), progress(quiet=False, first=lambda: None) as tell:
        tell(0.0, "arms")
        tell(0.5, "arms")
    said = terminal.getvalue()
    assert "arms" in said
    assert "50%" in said
    assert ("\x1b[3" in said or "\x1b[9" in said) is not bool(wish)


def test_where_nobody_looks_progress_is_a_line_a_stage(capsys):
    begun = []
    with click.Context(main), progress(quiet=False, first=lambda: begun.append(1)) as tell:
        for share in (0.0, 0.4, 0.8):
            tell(share, "arms")
        tell(1.0, "writing")
    assert capsys.readouterr().err == "arms ...\nwriting ...\n"
    assert begun == [1]
