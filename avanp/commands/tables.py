"""`avanp tables`."""

import click

from avanp.console import Examples, notes, written


@click.command(
    cls=Examples,
    short_help="Redraw a sweep's tables and pictures without training.",
    examples=["avanp tables runs/ten"],
)
@click.argument("directory", metavar="DIR")
def tables(directory: str) -> None:
    """Redraw tables and pictures of a sweep from its rows, without training."""
    from pathlib import Path

    from avanp.experiments.folder import read_run
    from avanp.papers.ava.experiment import AVA
    from avanp.report import terminal
    from avanp.report.write import write_all

    rows, config = read_run(Path(directory), AVA)
    with notes():
        drawn = write_all(Path(directory), rows, config)["tables"]
    written(directory)
    click.echo(f"\n{terminal.render(drawn)}", nl=False)
