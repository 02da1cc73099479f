"""The commands that read a purchase panel: `measure` and `new`."""

import json

import click

from sim.cli.flags import json_option, panel_options
from sim.cli.notes import say_if_compiling
from sim.errors import UsageError


@click.command()
@click.argument("panel")
@panel_options
@click.option("--beside", metavar="SCENARIO", help="Simulate this market and show it beside the panel.")
@click.option("--focal", metavar="BRAND", help="With --beside: which of the panel's brands the scenario calls acme.")
@json_option
def measure(
    panel: str, columns: tuple[str, ...], where: tuple[str, ...], weeks: str | None, panelists: int | None,
    beside: str | None, focal: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Measure the brands of a purchase panel.

    PANEL is a CSV or Parquet file with the columns shopper, day, brand and units (and price, list_price, basket, if
    they are known), the panel.parquet of a result folder, or completejourney: and one of coffee, laundry, toothpaste,
    soft_drinks. Prints penetration, purchase frequency, share of requirements, sole buyers and repeat rate of every
    brand, and what the NBD-Dirichlet expects of each.
    """
    from sim.experiments.panels import open_panel
    from sim.experiments.told import beside_json, beside_text, measures_text
    from sim.measure.performance import measure as measured

    if focal is not None and beside is None:
        raise UsageError("--focal: goes with --beside only")
    if beside is not None:
        from sim.scenario.load import open_scenario

        scenario = open_scenario(beside).scenario  # before the panel, which may take a while to read
    found = open_panel(panel, weeks=weeks, columns=columns, panelists=panelists, where=where)
    if beside is None:
        result = measured(found)
        click.echo(json.dumps(result.to_json(), indent=2) if as_json else measures_text(result))
        return
    from sim.experiments.beside import beside as set_beside

    say_if_compiling(quiet=as_json)
    rows, errors = set_beside(found, scenario, focal)
    click.echo(json.dumps(beside_json(rows, errors), indent=2) if as_json else beside_text(rows, errors))


@click.command()
@click.argument("name")
@click.option("--from", "source", metavar="PANEL", help="Purchase panel to measure; without it, a what-if to edit.")
@click.option("--focal", metavar="BRAND", help="The panel's brand to call acme; its largest if left out.")
@panel_options
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def new(
    name: str, source: str | None, focal: str | None, columns: tuple[str, ...], where: tuple[str, ...],
    weeks: str | None, panelists: int | None, force: bool,
) -> None:  # fmt: skip
    """Write a new scenario file to start from.

    NAME is the file; .toml is added if it is left out. With --from it is a market measured from a purchase panel (see
    `shoppers measure --help`), else a what-if to edit.
    """
    from sim.experiments.new import WHAT_IF, market_from_panel, new_path, write_new

    path = new_path(name, force)
    text = WHAT_IF
    if source is not None:
        from sim.experiments.panels import open_panel

        panel = open_panel(source, weeks=weeks, columns=columns, panelists=panelists, where=where)
        text = market_from_panel(panel, path.stem.replace("_", " ").capitalize(), focal, f"Measured from {source}")
    else:
        given = {"--focal": focal, "--column": columns, "--where": where, "--weeks": weeks, "--panelists": panelists}
        for flag, value in given.items():
            if value:
                raise UsageError(f"{flag}: goes with --from only")
    write_new(path, text, force)
    click.echo(str(path))
