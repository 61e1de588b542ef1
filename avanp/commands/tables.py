"""`avanp tables`."""

import click

from avanp.console import Examples, notes, written


@click.command(
    cls=Examples,
    examples=["avanp tables runs/ten"],
)
@click.argument("directory", metavar="DIR")
def tables(directory: str) -> None:
    """Redraw tables and pictures of a sweep from its rows, without training."""
    from pathlib import Path

    from avanp.experiments.folder import read_run
    from avanp.papers.ava.experiment import AVA
    from avanp.papers.ava.sweep_files import write_tables
    from avanp.papers.ava.sweep_text import sweep_text

    rows, config = read_run(Path(directory), AVA)
    with notes():
        drawn = write_tables(Path(directory), rows, config)["tables"]
    written(directory)
    click.echo(f"\n{sweep_text(drawn)}", nl=False)
