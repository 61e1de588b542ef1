"""Where cells are computed: an executor, and what it needs to know."""

import platform
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from avanp.errors import AvanpError
from avanp.experiments.places import dask
from avanp.experiments.places.bounded import as_finished
from avanp.experiments.places.processes import CellDied, InlineExecutor, process_pool
from avanp.experiments.places.worker import (
    Arrays,
    Environment,
    Outcome,
    Task,
    attempt,
    failed,
    give,
    one_blas_thread,
    reason,
)

MOST_AHEAD = 1000  # cells with an executor whose size is not known
LEAST_AHEAD = 16  # with a cluster, which may be small at first and grow


@dataclass(frozen=True)
class Place:
    """An executor, and how tasks are given to it.

    Parameters
    ----------
    executor : Executor
    data : dict of arrays, str, or a future of Dask's
        What a task is given: the data, the hash of what its process has, or where to get it.
    environment : Environment, optional
        For workers that this process did not start.
    died : type of exception
        What a future holds whose task killed its workers.
    blames_neighbours : bool
        Whether it may hold that for a task that only waited there: such tasks are run again at the
        end, alone.
    ahead : callable
        Tells how many tasks to hand over at a time: some more than run, for none to wait, and not
        many, for an interruption loses what has been handed over.
    at_once : callable
        Tells how many cells run at the same time.
    """

    executor: Executor
    data: Any
    environment: Environment | None
    died: type[Exception]
    blames_neighbours: bool
    ahead: Callable[[], int]
    at_once: Callable[[], int]

    def outcomes(self, todo: list[Task]) -> Iterator[tuple[Task, Outcome]]:
        """Yield tasks with their outcomes as they come; what is left at an end is cancelled.

        Raises
        ------
        AvanpError
            For a worker that would give other rows.
        BrokenExecutor
            Where the executor, or all of its workers, cannot go on or give no cells; it says why.
        """
        suspects: list[Task] = []
        for task, future in self._finished(todo, self.ahead):
            error = future.exception()
            again = isinstance(error, self.died) or dask.had_and_lost(error)
            if self.blames_neighbours and again:
                suspects.append(task)
            else:
                yield task, self._outcome(future)
        for task, future in self._finished(suspects, lambda: 1):
            yield task, self._outcome(future)

    def _finished(
        self, todo: list[Task], ahead: Callable[[], int]
    ) -> Iterator[tuple[Task, Future]]:
        for task, future in as_finished(self._submit, todo, ahead):
            if future.cancelled():
                raise BrokenExecutor("the scheduler is gone, or has cancelled the cells")
            yield task, future

    def _submit(self, task: Task) -> Future:
        try:
            return self.executor.submit(attempt, task, self.data, self.environment)
        except BrokenExecutor:
            raise
        except Exception as error:  # it was shut down, or finds no room for its own files
            raise BrokenExecutor(f"the executor takes no cells: {reason(error)}") from error

    def _outcome(self, future: Future) -> Outcome:
        # Looked at and not raised: a worker's SystemExit is not the end of this process.
        error = future.exception()
        if isinstance(error, self.died):
            return _death(error)
        if isinstance(error, AvanpError | BrokenExecutor):
            raise error
        if error is not None:  # none that `attempt` knows: it could not be called, or was ended
            raise BrokenExecutor(f"a worker cannot run cells: {reason(error)}")
        outcome = future.result()
        if not isinstance(outcome, Outcome):
            given = type(outcome).__name__
            raise BrokenExecutor(f"the executor gives no outcomes of cells, but a {given}")
        return outcome


def _death(error: BaseException) -> Outcome:
    if isinstance(error, CellDied):
        return Outcome(failed(str(error)), platform.node(), "")
    last = getattr(getattr(error, "last_worker", None), "address", "")
    said = "all workers that tried it died, perhaps for want of memory"
    return Outcome(failed(said), urlsplit(last).hostname or "", "")


@contextmanager
def place(
    jobs: int,
    executor: Executor | None,
    key: str,
    data: Arrays,
    fingerprint: Callable[[Arrays], str] | None = None,
) -> Iterator[Place]:
    """Yield the executor given, or `jobs` processes here, of which one may be this.

    A given executor is left as it was: its owner ends it.

    Parameters
    ----------
    jobs : int
        Processes, where no executor is given.
    executor : Executor, optional
        One of the caller's.
    key : str
        The hash of the data.
    data : dict of arrays
        What every cell is given.
    fingerprint : callable, optional
        Of the data: what differs where rows would differ.
    """
    if executor is not None:
        environment = Environment.here(key, fingerprint)
        client = dask.client_of(executor)
        if client is None:
            yield Place(executor, data, environment, CellDied, False, lambda: MOST_AHEAD, lambda: 0)
            return
        shared = dask.share(client, key, data)
        threads = dask.threads_of(client)
        try:
            yield Place(
                executor,
                shared,
                environment,
                dask.killed_worker(),
                True,
                lambda: max(LEAST_AHEAD, 2 * threads()),
                threads,
            )
        finally:
            shared.release()
    elif jobs == 1 and one_blas_thread():
        give(key, data)
        yield Place(InlineExecutor(), key, None, CellDied, False, lambda: 1, lambda: 1)
    else:
        with process_pool(jobs, key, data) as pool:
            yield Place(pool, key, None, CellDied, False, lambda: 2 * jobs, lambda: jobs)
