"""`avanp report`."""

import click

from avanp.console import Examples, notes, written
from avanp.errors import AvanpError


@click.command(
    cls=Examples,
    examples=[
        "avanp report runs/ten",
        "avanp report runs/ten --markdown",
        "avanp report runs/vae",
    ],
)
@click.argument("directory", metavar="DIR")
@click.option(
    "--markdown",
    is_flag=True,
    help="Of a sweep, not of a training: write DIR/report.md as well, with its pictures in DIR.",
)
def report(directory: str, markdown: bool) -> None:
    """Write DIR/report.html: all of a run in one file that needs nothing but a browser.

    DIR is the folder of a sweep, finished or not. The page holds Tables 1-3 beside the paper's,
    Figure 6, BM curves, generated images, the verdicts of an audit where there is one
    (avanp audit --from DIR), and with what it was made. Of a training (avanp train --out DIR) it
    holds how it ended, the losses over epochs or steps, images and options; of the
    study of a rare class (avanp imbalance --out DIR) its verdicts, scores and synthetic images.
    """
    from pathlib import Path

    folder = Path(directory)
    if (folder / "checkpoint.npz").exists() and not (folder / "run.json").exists():
        from avanp.report.training import write_training

        if markdown:
            raise AvanpError("--markdown is for sweeps: leave it out for a training")
        written(str(write_training(folder)))
        return

    study = (folder / "study.json").exists()
    if not study and not (folder / "run.json").exists():
        raise AvanpError(_nothing(directory))
    if study and markdown:
        raise AvanpError("--markdown is for sweeps: leave it out for a study of a rare class")
    from avanp.papers import runs
    from avanp.papers.dfc import imbalance_page

    with notes():
        paths = imbalance_page.report(folder) if study else runs.report(folder, markdown=markdown)
    for path in paths:
        written(str(path))


def _nothing(directory: str) -> str:
    """Return why there is nothing to report, and what would be right."""
    from pathlib import Path

    from avanp.training.ending import LOST, ending
    from avanp.training.folder import meant

    folder = Path(directory)
    right = "name the --out folder of a sweep or a training"
    if not folder.is_dir():
        return f"{folder} is a file: {right}" if folder.exists() else f"no folder {folder}: {right}"
    ended = ending(folder / LOST) if (folder / LOST).exists() else None
    if ended is not None:
        return f"{folder} has nothing to report: its training diverged {ended.says}"
    otherwise = meant(str(folder), "run.json", "checkpoint.npz") or right
    return f"{folder} holds no run.json (a sweep) and no checkpoint.npz (a training): {otherwise}"
