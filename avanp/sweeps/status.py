"""How far a run is, read from its folder by anybody at any time."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from avanp.locks import NAME, is_held
from avanp.sweeps.cells import key_of, tasks
from avanp.sweeps.store import read_config, read_rows

# A host's name has 255 characters at most.
LONGEST_NOTE = 400


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
    worker = _at_work(directory)  # before the rows: a run that ends now is not taken for a dead one
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


def _at_work(directory: Path) -> dict[str, Any] | None:
    if not is_held(directory):
        return None
    try:
        with open(directory / NAME, encoding="utf-8") as file:
            note = json.loads(file.read(LONGEST_NOTE))
    except (OSError, ValueError, RecursionError):  # it is being written
        return {}
    return note if _is_note(note) else {}


def _is_note(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("host"), str):
        return False
    return all(type(n) is int and 0 <= n < 1 << 32 for n in map(value.get, ("pid", "at_once")))
