"""Flags that several commands share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click


class Whole(click.IntRange):
    """A whole number between bounds, called so in messages."""

    name = "whole number"


Command = TypeVar("Command", bound=Callable[..., Any])

MOST_THREADS = 256

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
behaviours_option = click.option(
    "--behaviours", "folders", multiple=True, metavar="DIR", type=click.Path(path_type=Path),
    help="Folder with further behaviour files (Python code that will run); may be repeated.",
)  # fmt: skip


def setting_options(command: Command) -> Command:
    """Add the flags that change a scenario."""
    return _with(
        command,
        click.option("--set", "values", multiple=True, metavar="PATH=VALUE",
                     help="Override a value of the scenario, such as brands.acme.price=4.5; may be repeated."),
        click.option("--seed", type=Whole(0, 2**63 - 1), metavar="N",
                     help="Where all chance begins; overrides the scenario's."),
        click.option("--replicates", type=Whole(1, 10_000), metavar="N",
                     help="Runs of each arm, each with its own chance; overrides the scenario's."),
        behaviours_option,
    )  # fmt: skip


def running_options(command: Command) -> Command:
    """Add the flags of what runs."""
    command = _with(
        command,
        click.option("--window", type=Whole(1), metavar="WEEKS",
                     help="Weeks over which metrics are compared, the last before the run-off.  "
                          "[default: 26, or all if there are fewer]"),
        click.option("--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True,
                     metavar="DIR", help="Where to make the result folder."),
        click.option("--force", is_flag=True, help="Run again even if the same was run before."),
        click.option("--threads", type=Whole(1, MOST_THREADS), default=processors, metavar="N",
                     help="Threads; they change the speed and nothing else.  [default: all processors]"),
        json_option,
        click.option("--quiet", is_flag=True, help="No progress, no notes."),
    )  # fmt: skip
    return setting_options(command)


def panel_options(command: Command) -> Command:
    """Add the flags that say how a purchase panel is read."""
    return _with(
        command,
        click.option("--column", "columns", multiple=True, metavar="OURS=THEIRS",
                     help="What the file calls shopper, day, brand, units, price, list_price or basket; may be "
                          "repeated."),
        click.option("--where", multiple=True, metavar="COLUMN=VALUE",
                     help="Use only some rows, such as arm=baseline; may be repeated."),
        click.option("--weeks", metavar="FIRST-LAST", help="Use only these weeks, counted from 1."),
        click.option("--panelists", type=Whole(1), metavar="N",
                     help="Members of the panel, with those who bought nothing."),
    )  # fmt: skip


def processors() -> int:
    """Return the number of processors that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return min(len(usable(0)) if usable else os.cpu_count() or 1, MOST_THREADS)


def _with(command: Command, *options: Callable[[Command], Command]) -> Command:
    """Add flags so that the help lists them in the order given."""
    for option in reversed(options):
        command = option(command)
    return command
