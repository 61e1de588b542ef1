"""How far a run is, read from its folder by anybody at any time."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from avanp.runs.folder import worker_of
from avanp.sweeps.cells import key_of, tasks
from avanp.sweeps.store import read_config, read_rows


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
        What the cells that are left take one after the other, by the mean of the same rules and
        model, or of all; NaN where no cell is done.
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


def read_status(directory: Path) -> Status:
    """Read how far the run in a folder is; nothing is written, and no process is disturbed.

    Raises
    ------
    AvanpError
        Where the folder holds no run.
    """
    worker = worker_of(
        directory
    )  # before the rows: a run that ends now is not taken for a dead one
    config, rows = read_config(directory), read_rows(directory)
    there = {key_of(row): row for row in rows}
    left = [task for task in tasks(config) if task.key not in there]
    states = [row["status"] for row in rows]
    taken = defaultdict(list)
    for row in rows:
        if row["status"] != "failed":
            seconds = row.get("train_seconds", 0.0) + row.get("eval_seconds", 0.0)
            taken[row["rules"], row["model"]].append(seconds)
    means = {key: fmean(values) for key, values in taken.items()}
    usual = fmean(means.values()) if means else float("nan")
    return Status(
        done=len(states) - states.count("failed"),
        diverged=states.count("diverged"),
        failed=states.count("failed"),
        left=len(left),
        worker=worker,
        seconds=sum(means.get((task.rules, task.model), usual) for task in left),
    )
