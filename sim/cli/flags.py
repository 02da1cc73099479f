"""Flags that several commands share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def setting_options(command: Command) -> Command:
    """Add the flags that change a scenario."""
    for option in (
        click.option("--set", "values", multiple=True, metavar="PATH=VALUE", help="Override a number of the scenario."),
        click.option("--seed", type=int, help="Seed of all chance; overrides the scenario's."),
        click.option("--replicates", type=int, help="Number of replicates; overrides the scenario's."),
        click.option(
            "--behaviours", "folders", multiple=True, metavar="DIR", type=click.Path(path_type=Path),
            help="Folder with further behaviour files (Python code that will run).",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def running_options(command: Command) -> Command:
    """Add the flags of what runs."""
    for option in (
        click.option("--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True,
                     metavar="DIR", help="Where to make the result folder."),
        click.option("--threads", type=click.IntRange(1, 256), default=lambda: os.cpu_count() or 1,
                     help="Threads; they change the speed and nothing else.  [default: all processors]"),
        click.option("--window", type=click.IntRange(1), default=26, show_default=True,
                     help="Weeks before the run-off over which metrics are compared."),
        click.option("--force", is_flag=True, help="Run again even if the same was run before."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--quiet", is_flag=True, help="No progress, no notes."),
    ):  # fmt: skip
        command = option(command)
    return setting_options(command)
