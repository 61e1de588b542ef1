"""Running a sweep: which cells are left, where they are computed, and what is kept of each."""

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avanp.ava.experiment import Cell
from avanp.data.images import ImageSet
from avanp.data.resolve import resolve
from avanp.errors import AvanpError
from avanp.kernels import backend
from avanp.papers.ava.sweep_files import write_tables
from avanp.papers.ava.sweep_text import sweep_text
from avanp.papers.ava.table_numbers import table_numbers
from avanp.sweeps.cells import tasks, to_row
from avanp.sweeps.configuration import check_count, configuration
from avanp.sweeps.store import Store, opened
from avanp.sweeps.worker import Outcome
from avanp.sweeps.workplace import workplace

# Called with (cells done, cells in all) at the start and after every cell.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SweepResult:
    """The rows of a sweep, one a cell, and the configuration that made them.

    ``print(result)`` shows Tables 1-3; ``result.tables`` holds them as numbers.
    """

    rows: list[dict[str, Any]]
    config: dict[str, Any]

    @property
    def tables(self) -> dict[str, Any]:
        """Tables 1-3 for each rule set, beside the paper's where the images are the paper's."""
        return table_numbers(self.rows, self.config)

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The rows of cells that gave no result; ``row["reason"]`` says why."""
        return [row for row in self.rows if row["status"] == "failed"]

    def __str__(self) -> str:
        return sweep_text(self.tables)


def sweep(
    lr: str | float | Sequence[float] = "1.0:0.01",
    *,
    models: str | Sequence[str] = "all",
    rules: str | Sequence[str] = ("program", "printed"),
    data: str | ImageSet | None = None,
    seeds: int | str | Sequence[int] = 1,
    draws: int = 10,
    jobs: int = 1,
    executor: Executor | None = None,
    out: str | Path | None = None,
    retry_failed: bool = False,
    progress: Progress | None = None,
) -> SweepResult:
    """Train every model at every learning rate under every rule set: Tables 1-3 of the paper.

    Parameters
    ----------
    lr : str, float or sequence of float
        As `--lr` on the command line: ``"1.0:0.01"`` is the paper's grid of 19 rates.
    models, rules : str or sequence of str
        Names, or ``"all"`` models. ``"program-3"`` is `program` without its deviation 3.
    data : str or ImageSet, optional
        A named set or a folder of images. By default the paper's images where they are found,
        the built-in ones where not.
    seeds : int, str or sequence of int
        20 is seeds 0 … 19; ``"20:39"`` is 20 … 39, as `--seeds` on the command line.
    draws : int
        Images generated for each training image when BM is taken.
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
    images = data if isinstance(data, ImageSet) else resolve(data)
    images = images.with_channels(3)  # the paper's nets see colours
    config = configuration(lr, models, rules, images, seeds, draws)
    check_count("jobs", jobs)
    if retry_failed and out is None:
        raise AvanpError("retry_failed needs out: the folder of the run that has failed cells")
    backend()  # a wrong AVANP_KERNELS is told before anything is written
    with opened(out) if out is not None else nullcontext() as store:
        rows = store.start(config, retry_failed) if store is not None else {}
        todo = [task for task in tasks(config) if task.key not in rows]
        total = len(rows) + len(todo)
        if progress:
            progress(len(rows), total)
        with workplace(min(jobs, max(1, len(todo))), executor, images) as place:
            digits = ""
            if store is not None and todo:
                store.note(place.at_once)
            for task, outcome in place.outcomes(todo, draws):
                digits = _compare(digits, outcome)
                row = to_row(task, outcome.cell, outcome.host, config["data"]["sha256"])
                if store is not None:
                    _keep(store, row, outcome.cell, config)
                    store.note(place.at_once)
                rows[task.key] = row
                if progress:
                    progress(len(rows), total)
        ordered = [rows[task.key] for task in tasks(config)]
        if store is not None:
            write_tables(store.folder, ordered, config)
    return SweepResult(ordered, config)


def _keep(store: Store, row: dict[str, Any], cell: Cell, config: dict[str, Any]) -> None:
    # The picture first: a row says that all of its cell is there.
    if row["seed"] == config["seeds"][0] and len(cell.samples):
        store.save_samples(row, cell.samples)
    store.append(row)


def _compare(digits: str, outcome: Outcome) -> str:
    """Warn of a worker whose arithmetic gives other digits; return the digits known."""
    if digits and outcome.digits and outcome.digits != digits:
        warnings.warn(
            f"{outcome.host} computes other last digits than the worker before it, as processors "
            "of another kind do: rows may differ in these",
            stacklevel=3,
        )
    return outcome.digits or digits
