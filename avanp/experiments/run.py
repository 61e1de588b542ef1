"""Running an experiment: which cells are left, where they are computed, what is kept of each."""

import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.experiments.axes import check_count
from avanp.experiments.configuration import configuration
from avanp.experiments.experiment import Experiment
from avanp.experiments.folder import Store, opened
from avanp.experiments.places.choose import place
from avanp.experiments.places.outcome import Outcome, Task
from avanp.experiments.places.place import Place
from avanp.experiments.row import arrays_of, images_for, to_row
from avanp.experiments.shared import make_shared
from avanp.kernels import backend

# Called with (cells done, cells in all) at the start and after every cell.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Rows:
    """The rows of a run, one a cell, in the order of the grid, and the configuration of them."""

    rows: list[dict[str, Any]]
    config: dict[str, Any]

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The rows of cells that gave no result; ``row["reason"]`` says why."""
        return [row for row in self.rows if row["status"] == "failed"]


def run(
    experiment: Experiment,
    asked: Mapping[str, Any],
    *,
    data: str | ImageSet | None = None,
    jobs: int = 1,
    executor: Executor | None = None,
    out: str | Path | None = None,
    retry_failed: bool = False,
    progress: Progress | None = None,
) -> Rows:
    """Run the cells of an experiment that are not there yet.

    Parameters
    ----------
    experiment : Experiment
    asked : mapping
        Words or values for its axes and settings, by key; its own for the others.
    data : str or ImageSet, optional
        A named set or a folder of images. By default the experiment's own, or the AVA paper's
        images where they are found, the built-in ones where not.
    jobs : int
        Processes. The numbers do not depend on it.
    executor : concurrent.futures.Executor, optional
        Computes the cells instead; it stays open. A Dask client's ``client.get_executor()`` brings
        the images to each worker once, another executor with each task.
    out : str or Path, optional
        A folder that keeps the run. The same call goes on with an interrupted one.
    retry_failed : bool
        Run the cells again that have failed in `out`.
    progress : callable, optional
        Called with the numbers of cells done and in all.

    Raises
    ------
    AvanpError
        For bad input, in one line.
    OSError
        Where the disk of `out` is full; what is finished stays there.
    concurrent.futures.BrokenExecutor
        Where the executor, or all that it had, is gone, or computes no cells.
    """
    images = data if isinstance(data, ImageSet) else images_for(experiment, data)
    if experiment.channels is not None:
        images = images.with_channels(experiment.channels)
    config = configuration(experiment, images, asked)
    check_count("jobs", jobs)
    if retry_failed and out is None:
        raise AvanpError("retry_failed needs out: the folder of the run that has failed cells")
    backend()  # a wrong AVANP_KERNELS is told before anything is written
    grid, settings = experiment.grid, {name: config[name] for name in experiment.settings}
    with opened(out, experiment) if out is not None else nullcontext() as store:
        rows = store.start(config, retry_failed) if store is not None else {}
        cells = {grid.key(cell): cell for cell in grid.cells(config)}
        todo = [{**cell, **settings} for key, cell in cells.items() if key not in rows]
        if progress:
            progress(len(rows), len(cells))
        with place(
            min(jobs, max(1, len(todo))),
            executor,
            images.sha256,
            arrays_of(images),
            experiment.fingerprint,
        ) as here:
            for cell, outcome in _outcomes(experiment, todo, here, store):
                row = to_row(experiment, cell, outcome, images.sha256)
                if store is not None:
                    # The picture first: a row says that all of its cell is there.
                    if row["seed"] == config["seeds"][0]:
                        store.save_pictures(row, outcome.result)
                    store.append(row)
                    store.note(here.at_once)
                rows[grid.key(row)] = row
                if progress:
                    progress(len(rows), len(cells))
        ordered = [rows[key] for key in cells]
        if store is not None and experiment.write is not None:
            experiment.write(store.folder, ordered, config)
    return Rows(ordered, config)


def _outcomes(
    experiment: Experiment, todo: list[dict[str, Any]], here: Place, store: Store | None
) -> Any:
    """Yield cells with their outcomes: first those that lack what they share with others."""
    if store is not None and todo:
        store.note(here.at_once)
    tasks, fingerprint = [], ""
    shared = make_shared(experiment, todo, here, store.folder if store is not None else None)
    for cell, given in zip(todo, shared, strict=True):
        if isinstance(given, Outcome):
            yield cell, given
        else:
            tasks.append(Task(experiment.grid.key(cell), experiment.run, cell, given))
    for task, outcome in here.outcomes(tasks):
        fingerprint = _compare(fingerprint, outcome)
        yield task.cell, outcome


def _compare(fingerprint: str, outcome: Outcome) -> str:
    """Warn of a worker whose arithmetic gives other digits; return the fingerprint known."""
    if fingerprint and outcome.fingerprint and outcome.fingerprint != fingerprint:
        warnings.warn(
            f"{outcome.host} computes other last digits than the worker before it, as processors "
            "of another kind do: rows may differ in these",
            stacklevel=4,
        )
    return outcome.fingerprint or fingerprint
