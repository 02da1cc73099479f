"""Progress on stderr, with the time that is left; nothing where nobody looks."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Tell = Callable[[float, str], None]


@contextmanager
def progress(*, quiet: bool) -> Iterator[Tell]:
    """Yield a function that shows how far each stage has come; plain lines where stderr is no terminal."""
    if quiet:
        yield lambda share, what: None
        return
    if not sys.stderr.isatty():
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

        def tell(share: float, what: str) -> None:
            if what not in tasks:
                for done in tasks.values():
                    bar.update(done, completed=1.0)
                tasks[what] = bar.add_task(what, total=1.0)
            bar.update(tasks[what], completed=share)

        yield tell


def _lines(every: float = 10.0) -> Tell:
    """Return a teller that prints a line per stage and at most one every few seconds, with the time left."""
    began: dict[str, float] = {}
    last = [0.0]

    def tell(share: float, what: str) -> None:
        now = time.monotonic()
        if what not in began:
            began[what] = now
            last[0] = now
            click.echo(f"{what} ...", err=True)
        elif now - last[0] >= every and share > 0:
            last[0] = now
            left = (now - began[what]) * (1.0 - share) / share
            click.echo(f"{what}: {share:.0%}, {left:.0f} s left", err=True)

    return tell
