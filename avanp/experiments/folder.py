"""The folder of a run: run.json, rows.jsonl and samples/."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.experiments.axes import shown
from avanp.experiments.configuration import FORMAT, is_configuration
from avanp.experiments.experiment import Experiment
from avanp.experiments.result import Result
from avanp.experiments.seeds import SEEDS
from avanp.files import make_folder
from avanp.pictures.save import save_image
from avanp.runs import folder, journal
from avanp.runs.folder import Kind, Row
from avanp.runs.schema import TEXT, Rule, fits, maybe, number, one_of

DURATION = number(0, 1e9)  # seconds of a cell
# No result depends on what ends in "?": the first rows of format 1 were written without "host".
COMMON = {
    "status": one_of("ok", "diverged", "failed"),
    "data": TEXT,
    "host?": maybe(TEXT),
    "reason?": maybe(TEXT),
}


def kind_of(experiment: Experiment) -> Kind:
    """Return what a folder of an experiment holds."""
    axes = experiment.grid.axes
    keys = (*(axis.key for axis in axes), *experiment.settings)
    return Kind(
        "sweep",
        rows="rows.jsonl",
        row=Rule("row of a sweep", lambda value: _is_row(experiment, value)),
        identity="run.json",
        document=Rule("configuration", lambda value: is_configuration(experiment, value)),
        format=FORMAT,
        # What makes two runs the same run; versions may differ.
        same=("format", *keys, "data", "experiment"),
        telling={"data": _images, SEEDS.key: _seeds},
        grows=SEEDS.key,
        folders=("samples", "shared"),
    )


def _is_row(experiment: Experiment, row: Any) -> bool:
    timings = {f"{name}?": DURATION for name in experiment.seconds}
    axes = {axis.name: axis.schema for axis in experiment.grid.axes}
    if not fits(row, {**axes, **experiment.row, **COMMON, **timings}):
        return False
    first = next(iter(experiment.row))
    return (row[first] is not None) == (row["status"] == "ok")


def _images(there: Any, asked: Any) -> str:
    before, now = (
        f"{data['name']} ({data['count']} of {data['width']}x{data['height']})"
        for data in (there, asked)
    )
    return f"data {before} there, {'other pixels' if before == now else now} asked"


def _seeds(there: Any, asked: Any) -> str:
    return f"seed{'s' * (len(there) > 1)} {_listed(there)} there, {_listed(asked)} asked"


def _listed(seeds: list[int]) -> str:
    if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]} to {seeds[-1]}"
    *first, last = map(str, seeds)
    return f"{', '.join(first)} and {last}" if first else last


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
    stem = experiment.grid.stem(cell)
    return directory / "samples" / f"{stem}{'-' * bool(name)}{shown(name)}.png"


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
