"""`avanp report`."""

import click

from avanp.console import Examples, written


@click.command(
    cls=Examples,
    short_help="Write a run as one page to read and look at.",
    examples=["avanp report runs/ten"],
)
@click.argument("directory", metavar="DIR")
def report(directory: str) -> None:
    """Write DIR/report.html."""
    from pathlib import Path

    from avanp.files import write_whole
    from avanp.report.html.sweep import page
    from avanp.sweeps.store import read_config, read_rows

    folder = Path(directory)
    text = page(folder, read_rows(folder), read_config(folder))
    write_whole(folder / "report.html", text.encode())
    written(str(folder / "report.html"))
