"""How far a run is, read from its folder by anybody at any time."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from avanp.experiments.experiment import Experiment
from avanp.experiments.folder import read_config, read_rows
from avanp.runs.holder import worker_of


@dataclass(frozen=True)
class Status:
    """What there is of a run, and who is at work on it.

    Parameters
    ----------
    done, diverged, failed, left : int
        Cells: finished with a number or a divergence, of these diverged; failed; still to do.
    worker : dict, optional
        Where a process holds the folder, what it has noted of itself: "pid", "host" and "at_once".
    seconds : float
        What the cells that are left take one after the other, by the mean of those of the same
        names on the axes, or of all; NaN where no cell is done.
    """

    done: int
    diverged: int
    failed: int
    left: int
    worker: dict[str, Any] | None
    seconds: float

    @property
    def running(self) -> int:
        """Cells that are being computed: as many as the process at work has places for."""
        return min(self.left, self.worker.get("at_once", 0)) if self.worker else 0

    @property
    def to_go(self) -> float:
        """Seconds until the end, at as many cells at once as now, or else one by one."""
        return self.seconds / max(1, self.running)


def read_status(directory: Path, experiment: Experiment) -> Status:
    """Read how far the run in a folder is; nothing is written, and no process is disturbed.

    Raises
    ------
    AvanpError
        Where the folder holds no run.
    """
    worker = worker_of(
        directory
    )  # before the rows: a run that ends now is not taken for a dead one
    config, rows = read_config(directory, experiment), read_rows(directory, experiment)
    grid = experiment.grid
    there = {grid.key(row) for row in rows}
    left = [cell for cell in grid.cells(config) if grid.key(cell) not in there]
    states = [row["status"] for row in rows]
    taken = defaultdict(list)
    for row in rows:
        if row["status"] != "failed":
            seconds = sum(row.get(name, 0.0) for name in experiment.seconds)
            taken[_alike(experiment, row)].append(seconds)
    means = {key: fmean(values) for key, values in taken.items()}
    usual = fmean(means.values()) if means else float("nan")
    return Status(
        done=len(states) - states.count("failed"),
        diverged=states.count("diverged"),
        failed=states.count("failed"),
        left=len(left),
        worker=worker,
        seconds=sum(means.get(_alike(experiment, cell), usual) for cell in left),
    )


def _alike(experiment: Experiment, cell: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what tells cells apart that take unlike times: all names, and no numbers."""
    return tuple(value for value in experiment.grid.key(cell) if isinstance(value, str))
