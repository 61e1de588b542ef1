"""`avanp report`."""

import click

from avanp.console import Examples, notes, written
from avanp.errors import AvanpError


@click.command(
    cls=Examples,
    short_help="Write a run as one page to read and look at.",
    examples=[
        "avanp report runs/ten",
        "avanp report runs/ten --markdown",
        "avanp report runs/vae",
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
    (avanp audit --from DIR), and with what it was made. Of a training (avanp train --out DIR) it
    holds the losses over the epochs, samples, reconstructions and options.
    """
    from pathlib import Path

    folder = Path(directory)
    if (folder / "checkpoint.npz").exists() and not (folder / "run.json").exists():
        from avanp.report.html.training import write_training

        if markdown:
            raise AvanpError("--markdown is for sweeps: leave it out for a training")
        written(str(write_training(folder)))
        return

    from avanp.report.html.write import write_report
    from avanp.sweeps.store import read_run

    if not (folder / "run.json").exists() and not folder.is_file():
        raise AvanpError(
            f"{directory} holds no run.json: name the --out folder of a sweep or a training"
        )
    rows, config = read_run(folder)
    with notes():
        paths = write_report(folder, rows, config, markdown=markdown)
    for path in paths:
        written(str(path))
