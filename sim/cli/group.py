"""How every command ends: errors as one clear message, Ctrl-C at once, and no complaint about a closed pipe."""

import atexit
import io
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from sim.errors import SimError

ASKED = "sim.cli.asked_to_stop"
"""Where the context keeps the event that says that somebody asked to stop."""

IMPATIENCE = 2.0
"""Seconds within which a second Ctrl-C is taken for the first, so that it does not disturb the tidying up."""

TRACEBACK = "SHOPPERS_TRACEBACK"


class Stop(KeyboardInterrupt):
    """A signal asked to stop."""

    def __init__(self, number: int = signal.SIGINT) -> None:
        self.exit_code = 128 + number
        super().__init__()


class Group(click.Group):
    """A group whose errors are one clear message with exit code 1 or 2."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run a command and turn whatever goes wrong into a message."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # an old terminal may know no letters but English ones
                stream.reconfigure(errors="backslashreplace")
        try:
            with _minding_signals(ctx):
                return super().invoke(ctx)
        except SimError as error:
            _end(f"Error: {error}", error.exit_code, error)
        except KeyboardInterrupt as error:
            _end("\nStopped; nothing was written.", getattr(error, "exit_code", 130), error)
        except BrokenPipeError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(0) from error
        except MemoryError as error:
            _end("Error: out of memory; ask for fewer shoppers, replicates or threads", 1, error)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except OSError as error:
            _end(f"Error: {error}", 1, error)
        except Exception as error:
            if os.environ.get(TRACEBACK):
                raise
            _end(_unforeseen(error), 1, error)


def was_asked_to_stop(ctx: click.Context) -> bool:
    """Say whether Ctrl-C was pressed, even if some library has swallowed the interrupt since."""
    asked = ctx.meta.get(ASKED)
    return asked is not None and asked.is_set()


def _end(message: str, exit_code: int, error: BaseException) -> None:
    click.echo(message, err=True)
    raise SystemExit(exit_code) from error


def _unforeseen(error: Exception) -> str:
    """Say what no one foresaw, and where; the traceback is for whoever asks for it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}: " if frames else ""
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("sim"):
        return f"Error: {where}the library {error.name} is missing; install the program with its libraries, with pip"
    told = "".join(traceback.format_exception_only(error)).strip()
    return f"Error: {where}{told}\nThis is a bug in the program or in a behaviour file; {TRACEBACK}=1 shows more."


@contextmanager
def _minding_signals(ctx: click.Context) -> Iterator[None]:
    """Take note of Ctrl-C and of a polite kill, so that neither is lost and what was begun is tidied up."""
    asked = threading.Event()
    ctx.meta[ASKED] = asked
    last = -IMPATIENCE

    def stop(number: int, _: FrameType | None) -> None:
        nonlocal last
        if not asked.is_set():
            atexit.register(signal.signal, number, signal.SIG_IGN)  # while Python ends it listens no more
        asked.set()
        now = time.monotonic()
        if now - last >= IMPATIENCE:
            last = now
            raise Stop(number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as for jobs in the background of a script
                before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        if not asked.is_set():  # else the same signal may come again while the program ends
            for number, handler in before.items():
                signal.signal(number, handler)
