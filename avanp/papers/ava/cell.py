"""One cell of the paper's sweep: a model trained at a rate under a rule set, and its BM."""

from collections.abc import Callable
from typing import Any

import numpy as np

from avanp.ava.experiment import run_cell
from avanp.ava.rules import rules_from_name
from avanp.experiments.result import Arrays, Cell, Result
from avanp.registry import load


def run(cell: Cell, data: Arrays) -> Result:
    """Train and evaluate one cell: see `avanp.ava.experiment.run_cell`."""
    found = run_cell(
        floats(data),
        load("model", cell["model"]),
        rules_from_name(cell["rules"]),
        cell["lr"],
        cell["seed"],
        draws=cell["draws"],
    )
    return Result(
        {"bm": found.bm, "bm_signed": found.bm_signed},
        found.status,
        found.reason,
        {"train_seconds": found.train_seconds, "eval_seconds": found.eval_seconds},
        {"": found.samples},
    )


def floats(data: Arrays) -> np.ndarray:
    """Return the images (N, H, W, C) as float32 in [0, 1], the same array for the same images."""
    global _floats
    images, found = data["images"], _floats
    if found is None or found[0] is not images:
        found = _floats = images, images.astype(np.float32) / 255
    return found[1]


# The images of the last cell, and these as floats: a hundredth of a cell's time.
_floats: tuple[np.ndarray, np.ndarray] | None = None


def on_floats(data: Arrays, fn: Callable[..., Any], *args: Any) -> Any:
    """Call a function of those images."""
    return fn(floats(data), *args)
