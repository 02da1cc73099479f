"""Progress on stderr, with the time that is left; nothing where nobody looks."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from sim.cli.group import Stop, was_asked_to_stop

Tell = Callable[[float, str], None]


@contextmanager
def progress(*, quiet: bool, first: Callable[[], None]) -> Iterator[Tell]:
    """Yield a function that shows how far each stage has come; plain lines where stderr is no terminal.

    Parameters
    ----------
    quiet
        Whether to show nothing.
    first
        Called once, when something begins to run.
    """
    ctx = click.get_current_context()
    began = False
    with _shown(quiet=quiet) as show:

        def tell(share: float, what: str) -> None:
            nonlocal began
            if was_asked_to_stop(ctx):
                raise Stop
            if not began:
                began = True
                first()
            show(share, what)

        yield tell


@contextmanager
def _shown(*, quiet: bool) -> Iterator[Tell]:
    if quiet:
        yield lambda share, what: None
        return
    if sys.stderr is None or not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskID,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:24}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
        TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def show(share: float, what: str) -> None:
            if what not in tasks:
                for done in tasks.values():
                    bar.update(done, completed=1.0)
                tasks[what] = bar.add_task(what, total=1.0)
            bar.update(tasks[what], completed=share)

        yield show


def _lines(every: float = 10.0) -> Tell:
    """Return a teller that prints a line per stage and at most one every few seconds, with the time left."""
    began: dict[str, float] = {}
    last = [0.0]

    def show(share: float, what: str) -> None:
        now = time.monotonic()
        if what not in began:
            began[what] = now
            last[0] = now
            click.echo(f"{what} ...", err=True)
        elif now - last[0] >= every and share > 0:
            last[0] = now
            left = (now - began[what]) * (1.0 - share) / share
            click.echo(f"{what}: {share:.0%}, {left:.0f} s left", err=True)

    return show
