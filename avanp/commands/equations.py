"""`avanp equations`."""

import click

from avanp.console import Examples


@click.command(
    cls=Examples,
    examples=["avanp equations", "avanp equations 6"],
)
@click.argument("number", required=False, metavar="[N]")
def equations(number: str | None) -> None:
    """Show the paper's equations (1) to (17): formula, function, check.

    With N one of them in full: where it stands in the paper, how it is read, where it departs from
    the gradient of its loss, and the function that computes it.
    """
    from avanp.papers.ava.equations import one, table

    click.echo(table() if number is None else one(number), nl=False)
