"""One cell of a sweep, as a task that any process can do."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from avanp.ava.experiment import Cell, run_cell
from avanp.ava.rules import rules_from_name
from avanp.registry import load


@dataclass(frozen=True)
class Task:
    """Rules × model × learning rate × seed: what identifies a row."""

    rules: str
    model: str
    lr: float
    seed: int

    @property
    def key(self) -> "Key":
        """What identifies its row, as `key_of` the row."""
        return self.rules, self.model, self.lr, self.seed


Key = tuple[str, str, float, int]


def key_of(row: dict[str, Any]) -> Key:
    """Return what identifies a row."""
    return row["rules"], row["model"], row["lr"], row["seed"]


def tasks(config: dict[str, Any]) -> list[Task]:
    """Return all tasks of a configuration, seed by seed."""
    return [
        Task(rules, model, lr, seed)
        for seed, rules, model, lr in product(
            config["seeds"], config["rules"], config["models"], config["lr"]
        )
    ]


def run_task(task: Task, images: np.ndarray, draws: int) -> Cell:
    """Train and evaluate one cell; images (N, H, W, C), float32 in [0, 1]."""
    return run_cell(
        images,
        load("model", task.model),
        rules_from_name(task.rules),
        task.lr,
        task.seed,
        draws=draws,
    )


def failed_cell(reason: str) -> Cell:
    """Return the cell of a task that gave no result, for a reason of one line."""
    return Cell(None, None, "failed", reason, 0.0, 0.0, np.zeros((0, 0, 0, 0), np.uint8))


def to_row(task: Task, cell: Cell, host: str, data: str) -> dict[str, Any]:
    """Return a cell's row; `host` is the machine it ran on, `data` the images' content hash."""
    return {
        "rules": task.rules,
        "model": task.model,
        "lr": task.lr,
        "seed": task.seed,
        "bm": _number(cell.bm),
        "bm_signed": _number(cell.bm_signed),
        "status": cell.status,
        "reason": cell.reason,
        "train_seconds": round(cell.train_seconds, 6),
        "eval_seconds": round(cell.eval_seconds, 6),
        "host": host,
        "data": data,
    }


def _number(value: float | None) -> float | None:
    # Kernels that are not compiled return NumPy's scalars, which JSON does not know.
    return None if value is None else float(value)
