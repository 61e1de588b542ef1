"""Running a sweep: which cells are left, in what executor, and what is kept of each."""

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from avanp.ava.experiment import Cell
from avanp.ava.nets import NetConfig
from avanp.data.images import ImageSet
from avanp.data.orbit import is_paper_set
from avanp.data.resolve import resolve
from avanp.errors import AvanpError
from avanp.kernels import backend
from avanp.report import tables, terminal
from avanp.report.write import write_all
from avanp.sweeps import grid
from avanp.sweeps.cells import Task, tasks, to_row
from avanp.sweeps.executors import local_executor, run_prepared
from avanp.sweeps.store import FORMAT, Store, opened

# Called with (cells done, cells in all) at the start and after every cell.
Progress = Callable[[int, int], None]
MOST = 10_000  # seeds, draws or jobs


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
        return tables.build(self.rows, self.config)

    def __str__(self) -> str:
        return terminal.render(self.tables)


def sweep(
    lr: str | float | Sequence[float] = "1.0:0.01",
    *,
    models: str | Sequence[str] = "all",
    rules: str | Sequence[str] = ("program", "printed"),
    data: str | ImageSet | None = None,
    seeds: int = 1,
    draws: int = 10,
    jobs: int = 1,
    out: str | Path | None = None,
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
    seeds : int
        Seeds 0 … seeds-1.
    draws : int
        Images generated for each training image when BM is taken.
    jobs : int
        Processes. The numbers do not depend on it.
    out : str or Path, optional
        A folder that keeps the run. The same call goes on with an interrupted one.
    progress : callable, optional
        Called with the numbers of cells done and in all.

    Raises
    ------
    AvanpError
        For bad input, in one line.
    """
    images = data if isinstance(data, ImageSet) else resolve(data)
    images = images.with_channels(3)  # the paper's nets see colours
    config = configuration(lr, models, rules, images, seeds, draws)
    _count("jobs", jobs)
    backend()  # a wrong AVANP_KERNELS is told before anything is written
    with opened(out) if out is not None else nullcontext() as store:
        rows = store.start(config) if store is not None else {}
        todo = [task for task in tasks(config) if task.key not in rows]
        total = len(rows) + len(todo)
        if progress:
            progress(len(rows), total)
        with local_executor(min(jobs, max(1, len(todo))), images.images, draws) as executor:
            for task, cell in _finished(executor, todo, 2 * jobs):
                row = to_row(task, cell, config["data"]["sha256"])
                if store is not None:
                    _keep(store, row, cell, config)
                rows[task.key] = row
                if progress:
                    progress(len(rows), total)
        ordered = [rows[task.key] for task in tasks(config)]
        if store is not None:
            write_all(store.directory, ordered, config)
    return SweepResult(ordered, config)


def configuration(
    lr: str | float | Sequence[float],
    models: str | Sequence[str],
    rules: str | Sequence[str],
    images: ImageSet,
    seeds: int,
    draws: int,
) -> dict[str, Any]:
    """Check what was asked for and return it as the content of run.json."""
    for name, value in (("seeds", seeds), ("draws", draws)):
        _count(name, value)
    net = NetConfig()
    return {
        "format": FORMAT,
        "avanp": version("avanp"),
        "lr": list(grid.parse_rates(_text(lr))),
        "models": list(grid.parse_models(_text(models))),
        "rules": list(grid.parse_rules(_text(rules))),
        "seeds": list(range(seeds)),
        "draws": draws,
        "data": {
            "name": images.name,
            "sha256": images.sha256,
            "count": len(images),
            "height": images.height,
            "width": images.width,
            "is_paper_set": is_paper_set(images),
        },
        "experiment": {
            "hidden": net.hidden,
            "latent": net.latent,
            "slope": net.slope,
            "midpoint": net.midpoint,
            "init": net.init,
            "channels": net.channels,
            "passes": 1,
            "batch_size": 1,
            "kernels": backend(),
        },
        "versions": {
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "numba": version("numba"),
        },
    }


def _finished(
    executor: Executor, todo: list[Task], most_pending: int
) -> Iterator[tuple[Task, Cell]]:
    """Yield the tasks as they finish, with few waiting, so that an interruption loses little."""
    pending: dict[Future, Task] = {}
    left = iter(todo)
    while True:
        for task in left:
            pending[executor.submit(run_prepared, task)] = task
            if len(pending) >= most_pending:
                break
        if not pending:
            return
        for future in wait(pending, return_when=FIRST_COMPLETED).done:
            yield pending.pop(future), future.result()


def _keep(store: Store, row: dict[str, Any], cell: Cell, config: dict[str, Any]) -> None:
    # The picture first: a row says that all of its cell is there.
    if row["seed"] == config["seeds"][0] and len(cell.samples):
        store.save_samples(row, cell.samples)
    store.append(row)


def _text(value: str | float | Sequence[Any]) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    return ",".join(str(item) for item in value)


def _count(name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise AvanpError(f"{name} must be a whole number, not {value!r}")
    if not 1 <= value <= MOST:
        raise AvanpError(f"{name} must be from 1 to {MOST}, not {value}")


def default_jobs() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
