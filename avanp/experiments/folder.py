"""The folder of a run: run.json, rows.jsonl and samples/."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.experiments.axes import shown
from avanp.experiments.experiment import Experiment
from avanp.experiments.kind import kind_of
from avanp.experiments.result import Result
from avanp.files import make_folder
from avanp.pictures.save import save_image
from avanp.runs import folder, journal
from avanp.runs.folder import Row


class Store(journal.Journal):
    """The rows and pictures of one run, on disk; see `opened`."""

    experiment: Experiment

    def start(
        self, config: dict[str, Any], retry_failed: bool = False
    ) -> dict[Any, dict[str, Any]]:
        """Begin the run, or go on with it: return the rows that are there, by key.

        With `retry_failed` the rows of failed cells are taken out.
        """
        rows, grid, path = self.resume(config), self.experiment.grid, self.folder / self.kind.rows
        there: dict[Any, Row] = {}
        known = {grid.key(cell) for cell in grid.cells(config)}
        for row in rows:
            key = grid.key(row)
            if row["data"] != config["data"]["sha256"]:
                raise AvanpError(f"{path} holds a row of other images: name another folder")
            if key not in known:
                raise AvanpError(
                    f"a row is not of this run: {grid.told(row)}; run.json lists the right ones"
                )
            if key in there:
                raise AvanpError(f"two rows for one run: {grid.told(row)}; keep one of them")
            there[key] = row
        if retry_failed and any(row["status"] == "failed" for row in rows):
            there = {key: row for key, row in there.items() if row["status"] != "failed"}
            self.replace(there.values())
        return there

    def save_pictures(self, row: Mapping[str, Any], result: Result) -> None:
        """Write a cell's images side by side, a strip for each name."""
        from PIL import Image

        for name, images in result.pictures.items():
            if len(images):
                path = picture_path(self.folder, self.experiment, row, name)
                make_folder(path.parent, self.folder)
                save_image(Image.fromarray(np.concatenate(list(images), axis=1)), path)


def picture_path(
    directory: Path, experiment: Experiment, cell: Mapping[str, Any], name: str = ""
) -> Path:
    """Return where a cell's strip of images lies: ``samples/program-AVA1-0.5.png``.

    Parameters
    ----------
    directory : Path
        Of the run.
    experiment : Experiment
    cell : mapping
        The values of its axes; a row is one.
    name : str
        Of the strip, where a cell has several.
    """
    values = [cell[axis.name] for axis in experiment.grid.axes[:-1]]
    return strip_path(directory, *values, *([name] if name else []))


def strip_path(directory: Path, *values: Any) -> Path:
    """Return where the strip of these values lies in a run's folder."""
    return directory / "samples" / f"{'-'.join(map(shown, values))}.png"


@contextmanager
def opened(out: str | Path, experiment: Experiment) -> Iterator[Store]:
    """Make or open a run's folder and hold it: see `avanp.runs.journal.opened`."""
    kind = kind_of(experiment)
    with journal.opened(out, kind) as run:
        store = Store(run.folder, kind, run.lock)
        store.experiment = experiment
        yield store


def read_run(
    directory: Path, experiment: Experiment
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows of a run, at least one, and its configuration."""
    config, rows = read_config(directory, experiment), read_rows(directory, experiment)
    if not rows:
        raise AvanpError(f"{directory} has no finished row yet: run its sweep again")
    return rows, config


def read_config(directory: Path, experiment: Experiment) -> dict[str, Any]:
    """Read and check run.json."""
    return folder.read_identity(directory, kind_of(experiment))


def read_rows(directory: Path, experiment: Experiment) -> list[dict[str, Any]]:
    """Read rows.jsonl; an unfinished last line is left out, any other broken line is an error."""
    return folder.read_rows(directory, kind_of(experiment))
