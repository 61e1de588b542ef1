"""What a worker does, wherever it is: one cell, or the reason why there is none."""

import os
import platform
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from avanp.ava.experiment import Cell
from avanp.errors import AvanpError, one_line
from avanp.kernels import backend
from avanp.memory import keep_freed_memory
from avanp.sweeps.cells import Task, failed_cell, run_task
from avanp.sweeps.digits import digits_of

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
LONGEST_REASON = 300

# Images given to this process before its tasks, and the digits that its arithmetic gives; by hash.
_given: dict[str, np.ndarray] = {}
_digits: dict[str, str] = {}


class Outcome(NamedTuple):
    """A cell, the name of the machine it ran on, and the digits of that machine's arithmetic.

    `digits` is "" where nobody asked, and the same for two workers that give the same rows.
    """

    cell: Cell
    host: str
    digits: str


@dataclass(frozen=True)
class Terms:
    """What a worker that this process did not start must have to give the same rows."""

    sha256: str
    avanp: str
    numpy: str
    numba: str
    kernels: str

    @classmethod
    def here(cls, sha256: str) -> "Terms":
        """Return those of this process, for images of this hash."""
        return cls(sha256, version("avanp"), version("numpy"), version("numba"), backend())

    def check(self, host: str) -> None:
        """Refuse a worker that would give other rows."""
        ours = Terms.here(self.sha256)
        for name in ("avanp", "numpy", "numba", "kernels"):
            if getattr(ours, name) != getattr(self, name):
                raise AvanpError(
                    f"the worker on {host} has {name} {getattr(ours, name)}, this sweep has "
                    f"{getattr(self, name)}: give it the same, or rows would differ"
                )
        if not one_blas_thread():
            raise AvanpError(
                f"the worker on {host} gives BLAS several threads, and rows would differ: start it "
                f"with {' '.join(f'{name}=1' for name in THREAD_VARIABLES[:3])}"
            )


def one_blas_thread() -> bool:
    """Tell whether the environment keeps BLAS to one thread, as it does under the command.

    With several, sums are taken in another order, and last digits differ from those of --jobs 2.
    """
    return os.environ.get("OPENBLAS_NUM_THREADS", os.environ.get("OMP_NUM_THREADS")) == "1"


def give(sha256: str, images: np.ndarray) -> None:
    """Give this process the images of its tasks, once; (N, H, W, C) uint8."""
    _given.clear()
    _given[sha256] = _as_floats(images)


def attempt(task: Task, images: Any, draws: int, terms: Terms | None = None) -> Outcome:
    """Run one cell; an error in it is an outcome, too.

    Parameters
    ----------
    images : (N, H, W, C) uint8, or str
        The images, or the hash of those that this process was given before.
    terms : Terms, optional
        For a process that the sweep did not start itself.

    Raises
    ------
    AvanpError
        Where this process does not meet the terms.
    """
    host, digits = platform.node(), ""
    if terms is not None:
        terms.check(host)
    try:
        x = _given[images] if isinstance(images, str) else _as_floats(images)
        if terms is not None:
            digits = _digits_of(x, terms.sha256)
        cell = run_task(task, x, draws)
    except Exception as error:
        cell = failed_cell(reason(error))
    return Outcome(cell, host, digits)


def call_given(sha256: str, fn: Callable[..., Any], *args: Any) -> Any:
    """Call a function of the images this process was given, float32 in [0, 1], and of `args`."""
    return fn(_given[sha256], *args)


def reason(error: BaseException) -> str:
    """Return an error as one line: its type, what it says, and where it arose."""
    name = "MemoryError" if isinstance(error, MemoryError) else type(error).__name__
    said = one_line(" ".join(f"{name}: {error}".split())).removesuffix(":")
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return said[:LONGEST_REASON] + where


def _digits_of(x: np.ndarray, sha256: str) -> str:
    if sha256 not in _digits:
        keep_freed_memory()
        _digits[sha256] = digits_of(x)
    return _digits[sha256]


def _as_floats(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 255
