"""`avanp report`."""

import click

from avanp.console import Examples, written
from avanp.errors import AvanpError


@click.command(
    cls=Examples,
    short_help="Write a run as one page to read and look at.",
    examples=[
        "avanp report runs/ten",
        "avanp report runs/ten --markdown",
    ],
)
@click.argument("directory", metavar="DIR")
@click.option(
    "--markdown", is_flag=True, help="Write DIR/report.md as well, with its pictures in DIR."
)
def report(directory: str, markdown: bool) -> None:
    """Write DIR/report.html: all of a run in one file that needs nothing but a browser.

    DIR is the folder of a sweep, finished or not. The page holds Tables 1-3 beside the paper's,
    Figure 6, BM curves, generated images, the verdicts of an audit where there is one
    (avanp audit --from DIR), and with what it was made.
    """
    from pathlib import Path

    from avanp.report.html.write import write_report
    from avanp.sweeps.store import read_config, read_rows

    config = read_config(Path(directory))
    rows = read_rows(Path(directory))
    if not rows:
        raise AvanpError(f"{directory} has no finished row yet: run its sweep again")
    for path in write_report(Path(directory), rows, config, markdown=markdown):
        written(str(path))
