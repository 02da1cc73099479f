"""The command line: parse, call one function, show. Data go to stdout, the rest to stderr."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sim.cli.flags import running_options, setting_options
from sim.errors import SimError

CONTEXT = {"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "SHOPPERS", "max_content_width": 110}


class Group(click.Group):
    """A group whose errors are one clear message, exit code 1 or 2, and no traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run a command and turn our own errors into a message."""
        try:
            return super().invoke(ctx)
        except SimError as error:
            click.echo(f"Error: {error}", err=True)
            raise SystemExit(error.exit_code) from error
        except KeyboardInterrupt as error:
            click.echo("\nStopped; nothing was written.", err=True)
            raise SystemExit(130) from error
        except BrokenPipeError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(0) from error


@click.group(cls=Group, context_settings=CONTEXT)
@click.version_option(package_name="expert-shoppers", prog_name="shoppers")
def main() -> None:
    """Simulate expert shoppers, and ask what a brand should do: invest in experience or in a loyalty scheme.

    Start with: shoppers compare experience_vs_points
    """


def _overrides(values: Sequence[str], seed: int | None, replicates: int | None) -> list[str]:
    """Put all overrides into one list; flags win over `--set`."""
    more = [f"{name}={value}" for name, value in (("seed", seed), ("replicates", replicates)) if value is not None]
    return [*values, *more]


def _note(text: str, *, quiet: bool = False) -> None:
    if not quiet:
        click.echo(text, err=True)


def _say_if_compiling(*, quiet: bool) -> None:
    from sim.market.compiled import is_compiled

    if not is_compiled():
        _note("Compiling the model for this machine; this happens once and takes up to a minute.", quiet=quiet)


def _run(
    scenario: str, values: Sequence[str], seed: int | None, replicates: int | None, folders: Sequence[Path], *,
    out: Path, threads: int, window: int, force: bool, quiet: bool, against: str,
) -> Any:  # fmt: skip  # noqa: ANN401 - sim.api.Finished, imported late
    """Run a scenario with progress on stderr."""
    from sim.api import run
    from sim.cli.progress import progress
    from sim.market.week import discover

    _say_if_compiling(quiet=quiet)
    with progress(quiet=quiet) as tell:
        done = run(
            scenario, overrides=_overrides(values, seed, replicates), out=out, against=against, window=window,
            threads=threads, force=force, behaviours=discover(folders) if folders else None, tell=tell,
        )  # fmt: skip
    if done.reused:
        _note(f"The same was run before; read from {done.folder} (--force runs it again).", quiet=quiet)
    return done


@main.command()
@click.argument("scenario")
@running_options
def run(
    scenario: str, values: tuple[str, ...], seed: int | None, replicates: int | None, folders: tuple[Path, ...],
    out: Path, threads: int, window: int, force: bool, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Run all arms and replicates of SCENARIO and print what each brand ends up with."""
    from sim.experiments.told import run_json, run_text

    done = _run(
        scenario, values, seed, replicates, folders, out=out, threads=threads, window=window, force=force, quiet=quiet,
        against="baseline",
    )  # fmt: skip
    click.echo(json.dumps(run_json(done.result, done.folder), indent=2) if as_json else run_text(done.result))
    _note(f"Result folder: {done.folder}", quiet=quiet or as_json)


@main.command()
@click.argument("scenario")
@click.option("--against", default="baseline", show_default=True, metavar="ARM", help="Arm to compare the others with.")
@running_options
def compare(
    scenario: str, against: str, values: tuple[str, ...], seed: int | None, replicates: int | None,
    folders: tuple[Path, ...], out: Path, threads: int, window: int, force: bool, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Compare the arms of SCENARIO: paired differences with 95 % intervals, and what each arm costs."""
    from sim.experiments.told import compare_json, compare_text

    done = _run(
        scenario, values, seed, replicates, folders, out=out, threads=threads, window=window, force=force, quiet=quiet,
        against=against,
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(compare_json(done.result, done.differences, against, done.folder), indent=2))
    else:
        click.echo(compare_text(done.result, done.differences, against))
    _note(f"Result folder: {done.folder}", quiet=quiet or as_json)


def _panel_of(
    panel: str, weeks: str | None, columns: Sequence[str], panelists: int | None, where: Sequence[str]
) -> Any:  # noqa: ANN401
    """Read a panel from a file, or from an open category of the Complete Journey data."""
    from sim.experiments.panels import open_panel

    return open_panel(panel, weeks=weeks, columns=columns, panelists=panelists, where=where)


@main.command()
@click.argument("panel")
@click.option("--column", "columns", multiple=True, metavar="OURS=THEIRS", help="Name of a column in the file.")
@click.option("--panelists", type=click.IntRange(1), help="Members of the panel, with those who bought nothing.")
@click.option("--where", multiple=True, metavar="COLUMN=VALUE", help="Use only some rows, such as arm=baseline.")
@click.option("--weeks", metavar="FIRST-LAST", help="Use only these weeks, counted from 1.")
@click.option("--beside", metavar="SCENARIO", help="Simulate this market and show it beside the panel.")
@click.option("--focal", metavar="BRAND", help="With --beside: which of the panel's brands the scenario calls acme.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def measure(
    panel: str, columns: tuple[str, ...], panelists: int | None, where: tuple[str, ...], weeks: str | None,
    beside: str | None, focal: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Measure a purchase PANEL: a CSV or Parquet file, or completejourney:CATEGORY.

    Prints penetration, purchase frequency, share of requirements, sole buyers, duplication, and what the NBD-Dirichlet
    expects of each.
    """
    from sim.experiments.told import beside_json, beside_text, measures_text
    from sim.measure.performance import measure as measured

    found = _panel_of(panel, weeks, columns, panelists, where)
    if beside is None:
        result = measured(found)
        click.echo(json.dumps(result.to_json(), indent=2) if as_json else measures_text(result))
        return
    from sim.experiments.beside import beside as set_beside
    from sim.scenario.load import open_scenario

    _say_if_compiling(quiet=as_json)
    rows, errors = set_beside(found, open_scenario(beside).scenario, focal)
    click.echo(json.dumps(beside_json(rows, errors), indent=2) if as_json else beside_text(rows, errors))


@main.command()
@click.argument("name")
@click.option("--from", "source", metavar="PANEL", help="Purchase panel to measure; without it, a what-if to edit.")
@click.option("--focal", metavar="BRAND", help="The panel's brand to call acme; its largest if left out.")
@click.option("--weeks", metavar="FIRST-LAST", help="Use only these weeks of the panel, counted from 1.")
@click.option("--column", "columns", multiple=True, metavar="OURS=THEIRS", help="Name of a column in the panel.")
@click.option("--panelists", type=click.IntRange(1), help="Members of the panel, with those who bought nothing.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def new(
    name: str, source: str | None, focal: str | None, weeks: str | None, columns: tuple[str, ...],
    panelists: int | None, force: bool,
) -> None:  # fmt: skip
    """Write a new scenario NAME.toml: a market measured from a panel, or a what-if to edit."""
    from sim.experiments.new import WHAT_IF, market_from_panel, write_new

    path = Path(name if name.endswith(".toml") else f"{name}.toml")
    text = WHAT_IF
    if source is not None:
        panel = _panel_of(source, weeks, columns, panelists, ())
        text = market_from_panel(panel, path.stem.replace("_", " ").capitalize(), focal, f"Measured from {source}")
    write_new(path, text, force)
    click.echo(str(path))


@main.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the scenarios that come with the program."""
    from sim.experiments.tables import table
    from sim.scenario.load import shipped

    rows = [{"name": name, "title": title, "question": question} for name, title, question in shipped()]
    click.echo(json.dumps(rows, indent=2) if as_json else table(rows))


@main.command()
@click.argument("scenario")
@setting_options
def show(
    scenario: str, values: tuple[str, ...], seed: int | None, replicates: int | None, folders: tuple[Path, ...]
) -> None:
    """Print SCENARIO with all that it inherits and every default."""
    from sim.scenario.load import load_scenario
    from sim.scenario.write import to_toml

    click.echo(to_toml(load_scenario(scenario, _overrides(values, seed, replicates), _classes(folders))), nl=False)


@main.command()
@click.argument("scenario")
@setting_options
def check(
    scenario: str, values: tuple[str, ...], seed: int | None, replicates: int | None, folders: tuple[Path, ...]
) -> None:
    """Check SCENARIO and run nothing: exit code 0 if it is sound, 2 with every problem if not."""
    from sim.scenario.load import load_scenario

    found = load_scenario(scenario, _overrides(values, seed, replicates), _classes(folders))
    click.echo(f"{scenario}: sound; {len(found.brands)} brands, {len(found.arms)} arms, {found.replicates} replicates")


@main.command()
@click.option("--behaviours", "folders", multiple=True, metavar="DIR", type=click.Path(path_type=Path),
              help="Folder with further behaviour files (Python code that will run).")  # fmt: skip
def schema(folders: tuple[Path, ...]) -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check."""
    from sim.scenario.schema import json_schema

    click.echo(json.dumps(json_schema(_classes(folders)), indent=2))


@main.command()
@click.argument("scenario", default="markets/base")
@click.option("--assumptions", is_flag=True, help="Print the assumption register instead.")
@click.option("--data", is_flag=True, help="Print the data dictionary instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@setting_options
def plan(
    scenario: str, assumptions: bool, data: bool, as_json: bool, values: tuple[str, ...], seed: int | None,
    replicates: int | None, folders: tuple[Path, ...],
) -> None:  # fmt: skip
    """Print the order of a week of SCENARIO: behaviours, what they do, what they read and write."""
    from sim.experiments.tables import table
    from sim.experiments.told import plan_rows

    which = "assumptions" if assumptions else "data" if data else "week"
    rows = plan_rows(scenario, _overrides(values, seed, replicates), folders, which)
    click.echo(json.dumps(rows, indent=2) if as_json else table(rows))


@main.command()
@click.argument("scenario", default="benchmarks/w1")
@click.option("--shoppers", type=click.IntRange(1), help="Number of shoppers; the scenario's if left out.")
@click.option("--weeks", type=click.IntRange(1), default=52, show_default=True, help="Weeks to time.")
@click.option("--threads", type=click.IntRange(1, 256), default=1, show_default=True, help="Threads.")
@click.option("--repeats", type=click.IntRange(1, 100), default=3, show_default=True, help="Timed runs.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def bench(scenario: str, shoppers: int | None, weeks: int, threads: int, repeats: int, as_json: bool) -> None:
    """Time SCENARIO: shopper-weeks a second, bytes a shopper, and each behaviour's share of the time."""
    from sim.experiments.bench import bench_text, time_market

    _say_if_compiling(quiet=as_json)
    found = time_market(scenario, shoppers, weeks, threads, repeats)
    click.echo(json.dumps(found, indent=2) if as_json else bench_text(found))


def _classes(folders: Sequence[Path]) -> Any:  # noqa: ANN401 - mapping of names to parameter classes
    """Return the parameters of all behaviours if there are further folders, else None for those that ship."""
    if not folders:
        return None
    from sim.market.week import discover

    return {name: behaviour.params for name, behaviour in discover(folders).items()}
