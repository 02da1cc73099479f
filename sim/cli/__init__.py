"""The command line: parse, call one function, show. Data go to stdout, the rest to stderr."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.behaviours import behaviours_of, classes_of
from sim.cli.flags import MOST_THREADS, Whole, behaviours_option, json_option, running_options, setting_options
from sim.cli.group import Group
from sim.cli.notes import note, say_if_compiling
from sim.cli.panels import measure, new
from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.api import Finished

CONTEXT = {"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "SHOPPERS", "max_content_width": 110}


def _version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from sim.experiments.store_record import package_version

        click.echo(f"shoppers {package_version()}")
        ctx.exit()


@click.group(
    cls=Group, context_settings=CONTEXT,
    epilog="Every flag can be set in the environment too, such as SHOPPERS_COMPARE_THREADS=1.",
)  # fmt: skip
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version,
              help="Show the version and exit.")  # fmt: skip
def main() -> None:
    """Simulate expert shoppers, and ask what a brand should do: invest in experience or in a loyalty scheme.

    Start with: shoppers compare experience_vs_points
    """


main.add_command(measure)
main.add_command(new)


def _overrides(values: Sequence[str], seed: int | None, replicates: int | None) -> list[str]:
    """Put all overrides into one list; flags win over `--set`."""
    more = [f"{name}={value}" for name, value in (("seed", seed), ("replicates", replicates)) if value is not None]
    return [*values, *more]


def _width() -> int | None:
    """Return how wide tables may be: as wide as the terminal; None where nothing limits them."""
    return shutil.get_terminal_size().columns if sys.stdout is not None and sys.stdout.isatty() else None


def _run(
    scenario: str, overrides: Sequence[str], folders: Sequence[Path], *, out: Path, threads: int, window: int | None,
    force: bool, quiet: bool, against: str | None = None,
) -> "Finished":  # fmt: skip
    """Run a scenario with progress on stderr."""
    from sim.api import load_scenario, run
    from sim.cli.progress import progress
    from sim.experiments.result import BASELINE

    behaviours = behaviours_of(folders)
    loaded = load_scenario(scenario, overrides, behaviours)
    if against is not None and len(loaded.scenario.arms) == 1:
        raise UsageError(
            f"{scenario}: has no arm but the baseline, so there is nothing to compare; add [arms.NAME] with "
            "interventions (see `shoppers new`), or use `shoppers run`"
        )
    with progress(quiet=quiet, first=lambda: say_if_compiling(quiet=quiet)) as tell:
        done = run(
            loaded, out=out, against=against or BASELINE, window=window, threads=threads, force=force,
            behaviours=behaviours, tell=tell,
        )  # fmt: skip
    if done.reused:
        note(f"The same was run before; read from {done.folder} (--force runs it again).", quiet=quiet)
    return done


@main.command()
@click.argument("scenario")
@click.option("--details", is_flag=True, help="Print all brands in all arms.")
@running_options
def run(
    scenario: str, details: bool, values: tuple[str, ...], seed: int | None, replicates: int | None,
    folders: tuple[Path, ...], window: int | None, out: Path, force: bool, threads: int, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Run all arms of SCENARIO: what each brand ends up with.

    SCENARIO is a file, or the name of one that comes with the program (see `shoppers list`).
    """
    from sim.experiments.told import run_json, run_text

    done = _run(
        scenario, _overrides(values, seed, replicates), folders, out=out, threads=threads, window=window, force=force,
        quiet=quiet,
    )  # fmt: skip
    click.echo(
        json.dumps(run_json(done.result, done.folder), indent=2) if as_json else run_text(done.result, details=details)
    )
    note(f"Result folder: {done.folder}", quiet=quiet or as_json)


@main.command()
@click.argument("scenario")
@click.option("--against", default="baseline", show_default=True, metavar="ARM", help="Arm to compare the others with.")
@click.option("--details", is_flag=True, help="Print every metric, reason and flow of each arm too.")
@running_options
def compare(
    scenario: str, against: str, details: bool, values: tuple[str, ...], seed: int | None, replicates: int | None,
    folders: tuple[Path, ...], window: int | None, out: Path, force: bool, threads: int, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Compare the arms of SCENARIO: paired differences, reasons, costs.

    Prints which arm wins, then a row an arm for the brand in question: what it costs, what it changes and how sure
    that is, what comes back and when, and how much of what it gives to buyers bought nothing more; then why, and who
    switched.
    SCENARIO is a file, or the name of one that comes with the program (see `shoppers list`).
    """
    from sim.experiments.told import compare_json, compare_text

    done = _run(
        scenario, _overrides(values, seed, replicates), folders, out=out, threads=threads, window=window, force=force,
        quiet=quiet, against=against,
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(compare_json(done.result, done.differences, against, done.folder), indent=2))
    else:
        click.echo(compare_text(done.result, done.differences, against, details=details))
        if not details:
            note("Every metric, reason and flow of each arm: --details, or --json.", quiet=quiet)
    note(f"Result folder: {done.folder}", quiet=quiet or as_json)


@main.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """List the scenarios that come with the program."""
    from sim.experiments.tables import table
    from sim.scenario.load import shipped

    rows = [{"name": name, "title": title, "question": question} for name, title, question in shipped()]
    click.echo(json.dumps(rows, indent=2) if as_json else table(rows, width=_width()))


@main.command()
@click.argument("scenario")
@setting_options
def show(
    scenario: str, values: tuple[str, ...], seed: int | None, replicates: int | None, folders: tuple[Path, ...]
) -> None:
    """Print SCENARIO with all it inherits and every default."""
    from sim.scenario.load import load_scenario
    from sim.scenario.write import to_toml

    classes = classes_of(behaviours_of(folders))
    click.echo(to_toml(load_scenario(scenario, _overrides(values, seed, replicates), classes)), nl=False)


@main.command()
@click.argument("scenario")
@setting_options
def check(
    scenario: str, values: tuple[str, ...], seed: int | None, replicates: int | None, folders: tuple[Path, ...]
) -> None:
    """Check SCENARIO and run nothing.

    Exit code 0 if it is sound, 2 with every problem if not.
    """
    from sim.scenario.load import load_scenario

    found = load_scenario(scenario, _overrides(values, seed, replicates), classes_of(behaviours_of(folders)))
    many = ((len(found.brands), "brand"), (len(found.arms), "arm"), (found.replicates, "replicate"))
    click.echo(f"{scenario}: sound; " + ", ".join(f"{n:,} {what}{'s' * (n != 1)}" for n, what in many))


@main.command()
@behaviours_option
def schema(folders: tuple[Path, ...]) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.scenario.schema import json_schema

    click.echo(json.dumps(json_schema(classes_of(behaviours_of(folders))), indent=2))


@main.command()
@click.argument("scenario", default="markets/base")
@click.option("--assumptions", is_flag=True, help="Print the assumption register instead.")
@click.option("--data", is_flag=True, help="Print the data dictionary instead.")
@json_option
@setting_options
def plan(
    scenario: str, assumptions: bool, data: bool, as_json: bool, values: tuple[str, ...], seed: int | None,
    replicates: int | None, folders: tuple[Path, ...],
) -> None:  # fmt: skip
    """Print the week of SCENARIO, behaviour by behaviour.

    Says in which order behaviours come, what they do, and what they read and write. With --assumptions: every number
    that the model needs, its default, the range in which it is plausible, and its source. With --data: every array.
    """
    from sim.experiments.told import plan_rows, plan_text

    if assumptions and data:
        raise UsageError("--assumptions and --data: give one of them")
    which = "assumptions" if assumptions else "data" if data else "week"
    rows = plan_rows(scenario, _overrides(values, seed, replicates), behaviours_of(folders), which)
    click.echo(json.dumps(rows, indent=2) if as_json else plan_text(rows, _width()))


@main.command()
@click.argument("scenario", default="benchmarks/w1")
@click.option("--shoppers", type=Whole(1), metavar="N", help="Number of shoppers; the scenario's if left out.")
@click.option("--weeks", type=Whole(1), default=52, show_default=True, metavar="N", help="Weeks to time.")
@click.option("--threads", type=Whole(1, MOST_THREADS), default=1, show_default=True, metavar="N",
              help="Threads.")  # fmt: skip
@click.option("--repeats", type=Whole(1, 100), default=3, show_default=True, metavar="N", help="Timed runs.")
@json_option
def bench(scenario: str, shoppers: int | None, weeks: int, threads: int, repeats: int, as_json: bool) -> None:
    """Time SCENARIO: shopper-weeks a second.

    Prints bytes a shopper and each behaviour's share of the time too.
    """
    from sim.experiments.bench import bench_text, time_market

    say_if_compiling(quiet=as_json)
    found = time_market(scenario, shoppers, weeks, threads, repeats)
    click.echo(json.dumps(found, indent=2) if as_json else bench_text(found))
