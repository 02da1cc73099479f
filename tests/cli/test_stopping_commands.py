"""Ctrl-C, a closed pipe, a full disk, a terminal without colours: what a shell does to a command."""

import os
import signal
import subprocess
import time

import pytest
from cli_kit import start_command

LONG = ["--set", "weeks=5000", "--set", "shoppers=5000"]
PROMPTLY = 5.0
"""Seconds; a week takes milliseconds, the run itself would take minutes."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_stopped_ends_at_once_and_leaves_nothing(here, number, exit_code):
    with start_command("compare", "tiny.toml", *LONG, folder=here) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("cost of points"):
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


def test_after_a_stop_while_the_program_loads_the_next_run_works(here):
    with start_command("compare", "tiny.toml", folder=here) as process:
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    with start_command("compare", "tiny.toml", "--quiet", folder=here) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out.startswith("Tiny\n")
    assert [path.name[:5] for path in (here / "results").iterdir()] == ["tiny-"]


def test_a_reader_who_has_seen_enough_is_no_error(here):
    with start_command("schema", folder=here) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110 - a device
def test_a_full_disk_is_told(here):
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        with start_command("list", folder=here) as process:
            process.communicate(timeout=30)
        command = process.args
        done = subprocess.run(command, cwd=here, stdout=full, stderr=subprocess.PIPE, text=True, check=False)  # type: ignore[call-overload]
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "No space left on device" in done.stderr


def test_whatever_the_terminal_knows_no_letter_stops_a_command(here):
    (here / "tiny.toml").write_text((here / "tiny.toml").read_text().replace('"Tiny"', '"Größe"'), "utf-8")
    with start_command("show", "tiny.toml", folder=here, PYTHONIOENCODING="ascii") as process:
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert out.startswith('title = "Gr\\xf6\\xdfe"')


@pytest.mark.parametrize("wish", [{}, {"NO_COLOR": "1"}])
def test_colours_are_for_terminals_that_want_them(here, wish):
    import pty

    leader, follower = pty.openpty()
    process = start_terminal(here, follower, wish)
    os.close(follower)
    said = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.close(leader)
    assert process.wait(timeout=30) == 0
    assert b"arms" in said
    assert (b"\x1b[3" in said or b"\x1b[9" in said) is not bool(wish)


def start_terminal(folder, terminal, wish):
    """Start a command whose stderr is a terminal."""
    from cli_kit import ROOT

    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environment |= {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **wish}
    import sys

    return subprocess.Popen(
        [sys.executable, "-m", "sim.cli", "run", "tiny.toml", "--replicates", "1"], cwd=folder, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=terminal,
    )  # fmt: skip
