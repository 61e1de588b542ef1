"""Cells on other machines, through Dask: its scheduler, its workers, its way with dead ones."""

import math
import sys
import time
import warnings
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any

from avanp.experiments.places.worker import Arrays

ASK_EVERY = 2.0  # seconds between two questions how large the cluster is


def client_of(executor: Executor) -> Any:
    """Return the Dask client of an executor, or None where it is not one of Dask's."""
    module = sys.modules.get("distributed.cfexecutor")
    dask = module is not None and isinstance(executor, module.ClientExecutor)
    return executor._client if dask else None  # type: ignore[attr-defined]


def share(client: Any, key: str, data: Arrays) -> Any:
    """Return Dask's future of the data, arrays by name, by their hash.

    It is the result of a task, not scattered data: each worker fetches it once and keeps it, one
    that comes later does the same, and where all that had it have died the scheduler, which holds
    the task, makes it again.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph")
        return client.submit(_whole, data, key=f"avanp-data-{key}")


def _whole(data: Arrays) -> Arrays:
    return data


def killed_worker() -> type[Exception]:
    """Return what Dask raises for a task whose workers die."""
    from distributed import KilledWorker

    return KilledWorker


def had_and_lost(error: BaseException | None) -> bool:
    """Whether Dask had a result, and lost it as the worker that kept it was killed.

    Its executor reads a future's state after its result, and then takes that result, an `Outcome`,
    for an error's three parts, of which the second is to have a traceback.
    """
    return isinstance(error, AttributeError) and error.name == "with_traceback"


def threads_of(client: Any) -> Callable[[], int]:
    """Return what tells how many cells the cluster can run at once; it asks now and then."""
    known, asked = 0, -math.inf

    def threads() -> int:
        nonlocal known, asked
        if time.monotonic() - asked > ASK_EVERY:
            with suppress(OSError):  # a scheduler that is gone is told of by its cells
                known = sum(client.nthreads().values())
            asked = time.monotonic()
        return known

    return threads
