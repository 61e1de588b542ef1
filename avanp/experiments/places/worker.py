"""What a worker does, wherever it is: one cell, or the reason why there is none."""

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.experiments.places.outcome import Outcome, Task, failed, reason
from avanp.kernels import backend
from avanp.memory import keep_freed_memory
from avanp.release import VERSION
from avanp.signals import an_end_is_no_failure

Arrays = Mapping[str, np.ndarray]
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)

# Data given to this process before its tasks, and the fingerprint of its arithmetic; by hash.
_given: dict[str, Arrays] = {}
_fingerprints: dict[str, str] = {}


@dataclass(frozen=True)
class Environment:
    """What a worker that this process did not start must have, to give the same rows.

    `fingerprint` is the experiment's, a function of the data.
    """

    key: str
    fingerprint: Callable[[Arrays], str] | None
    avanp: str
    numpy: str
    numba: str
    kernels: str

    @classmethod
    def here(cls, key: str, fingerprint: Callable[[Arrays], str] | None = None) -> "Environment":
        """Return that of this process, for data of this hash."""
        numpy, numba = map(version, ("numpy", "numba"))
        return cls(key, fingerprint, VERSION, numpy, numba, backend())

    def check(self, host: str) -> None:
        """Refuse a worker that would give other rows."""
        ours = Environment.here(self.key)
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

    def print_of(self, data: Arrays) -> str:
        """Return the fingerprint of this process's arithmetic."""
        if self.fingerprint is None:
            return ""
        if self.key not in _fingerprints:
            keep_freed_memory()
            _fingerprints[self.key] = self.fingerprint(data)
        return _fingerprints[self.key]


def one_blas_thread() -> bool:
    """Tell whether the environment keeps BLAS to one thread, as it does under the command.

    With several, sums are taken in another order, and last digits differ from those of --jobs 2.
    """
    return os.environ.get("OPENBLAS_NUM_THREADS", os.environ.get("OMP_NUM_THREADS")) == "1"


def begin(key: str, data: Arrays) -> None:
    """Make a new process ready for tasks that ask for this data."""
    keep_freed_memory()
    give(key, data)


def give(key: str, data: Arrays) -> None:
    """Give this process the data of its tasks, once."""
    _given.clear()
    _given[key] = data


def attempt(task: Task, data: Any, environment: Environment | None = None) -> Outcome:
    """Run one cell; an error in it is an outcome, too.

    Parameters
    ----------
    task : Task
    data : dict of arrays, or str
        The data, or the hash of that which this process was given before.
    environment : Environment, optional
        For a process that the sweep did not start itself.

    Raises
    ------
    AvanpError
        Where this process does not have that environment.
    """
    host, fingerprint = platform.node(), ""
    if environment is not None:
        environment.check(host)
    try:
        arrays = _given[data] if isinstance(data, str) else data
        if environment is not None:
            fingerprint = environment.print_of(arrays)
        with an_end_is_no_failure():
            result = task.run(task.cell, arrays, **task.shared)
    except Exception as error:
        result = failed(reason(error))
    return Outcome(result, host, fingerprint)


def call_given(key: str, fn: Callable[..., Any], *args: Any) -> Any:
    """Call a function of the data this process was given, and of `args`."""
    return fn(_given[key], *args)
