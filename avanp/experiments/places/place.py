"""Where cells are computed: an executor, and what it needs to know."""

import platform
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from avanp.errors import AvanpError
from avanp.experiments.places import dask
from avanp.experiments.places.bounded import as_finished
from avanp.experiments.places.outcome import Outcome, Task, failed, reason
from avanp.experiments.places.processes import CellDied
from avanp.experiments.places.worker import Environment, attempt


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
