"""Runs of papers in folders: which paper's one is, and its report."""

from pathlib import Path

from avanp.experiments.experiment import Experiment
from avanp.experiments.folder import read_run
from avanp.inside import open_own
from avanp.papers import outputs
from avanp.registry import load
from avanp.runs.schema import TEXT, fits, parsed

FIRST = "ava"  # whose runs do not say so: there was no other


def experiment_of(folder: Path) -> Experiment:
    """Return the experiment of the run in a folder, as its run.json says.

    Raises
    ------
    AvanpError
        For a paper that is not known. What else is wrong with the file, is told when it is read.
    """
    try:
        with open(folder / "run.json", "rb", opener=open_own) as file:
            document = parsed(file.read())
    except (OSError, ValueError):
        document = None
    named = fits(document, {"paper": TEXT})
    return load("paper", document["paper"] if named else FIRST)


def report(folder: Path, *, markdown: bool = False) -> list[Path]:
    """Write the report of a run, and return what was written."""
    experiment = experiment_of(folder)
    rows, config = read_run(folder, experiment)
    if experiment.page is not None:
        return experiment.page(folder, rows, config, markdown=markdown)
    return outputs.write(experiment, folder, rows, config, markdown=markdown)
