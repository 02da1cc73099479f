"""What is said on stderr beside the answer."""

import click


def note(text: str, *, quiet: bool = False) -> None:
    """Say something on stderr, unless asked to be quiet."""
    if not quiet:
        click.echo(text, err=True)


def say_if_compiling(*, quiet: bool) -> None:
    """Say that the first run takes longer, if this is the first."""
    from sim.market.compiled import is_compiled

    if not is_compiled():
        note("Compiling the model for this machine; this happens once and takes up to a minute.", quiet=quiet)
