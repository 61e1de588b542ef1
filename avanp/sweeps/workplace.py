"""Where cells are computed: an executor, and what it needs to know."""

import platform
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.sweeps import cluster
from avanp.sweeps.cells import Task, failed_cell
from avanp.sweeps.local import CellDied, InlineExecutor, local_pool
from avanp.sweeps.pending import finished
from avanp.sweeps.worker import Outcome, Terms, attempt, give, one_blas_thread, reason

MOST_PENDING = 1000  # cells with an executor whose size is not known
LEAST_PENDING = 16  # with a cluster, which may be small at first and grow


@dataclass(frozen=True)
class Workplace:
    """An executor, and how tasks are given to it.

    Parameters
    ----------
    images : array, str, or a future of Dask's
        What a task is given: the images, the hash of those its process has, or where to get them.
    terms : Terms, optional
        For workers that this process did not start.
    died : type of exception
        What a future holds whose task killed its workers.
    blames_neighbours : bool
        Whether it may hold that for a task that only waited there: such tasks are run again at the
        end, alone.
    most_pending : callable
        Tells how many tasks to hand over at a time: some more than run, for none to wait, and not
        many, for an interruption loses what has been handed over.
    at_once : callable
        Tells how many cells run at the same time.
    """

    executor: Executor
    images: Any
    terms: Terms | None
    died: type[Exception]
    blames_neighbours: bool
    most_pending: Callable[[], int]
    at_once: Callable[[], int]

    def outcomes(self, todo: list[Task], draws: int) -> Iterator[tuple[Task, Outcome]]:
        """Yield tasks with their outcomes as they come; what is pending at an end is cancelled.

        Raises
        ------
        AvanpError
            For a worker that would give other rows.
        BrokenExecutor
            Where the executor, or all of its workers, cannot go on or give no cells; it says why.
        """
        suspects: list[Task] = []
        for task, future in self._finished(todo, draws, self.most_pending):
            error = future.exception()
            again = isinstance(error, self.died) or cluster.had_and_lost(error)
            if self.blames_neighbours and again:
                suspects.append(task)
            else:
                yield task, self._outcome(future)
        for task, future in self._finished(suspects, draws, lambda: 1):
            yield task, self._outcome(future)

    def _finished(
        self, todo: list[Task], draws: int, most_pending: Callable[[], int]
    ) -> Iterator[tuple[Task, Future]]:
        def submit(task: Task) -> Future:
            return self._submit(task, draws)

        for task, future in finished(submit, todo, most_pending):
            if future.cancelled():
                raise BrokenExecutor("the scheduler is gone, or has cancelled the cells")
            yield task, future

    def _submit(self, task: Task, draws: int) -> Future:
        try:
            return self.executor.submit(attempt, task, self.images, draws, self.terms)
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
        return Outcome(failed_cell(str(error)), platform.node(), "")
    last = getattr(getattr(error, "last_worker", None), "address", "")
    said = "all workers that tried it died, perhaps for want of memory"
    return Outcome(failed_cell(said), urlsplit(last).hostname or "", "")


@contextmanager
def workplace(jobs: int, executor: Executor | None, images: ImageSet) -> Iterator[Workplace]:
    """Yield the workplace: the executor given, or `jobs` processes here, of which one may be this.

    A given executor is left as it was: its owner ends it.
    """
    sha256 = images.sha256
    if executor is not None:
        client = cluster.client_of(executor)
        if client is None:
            terms = Terms.here(sha256)
            yield Workplace(
                executor, images.images, terms, CellDied, False, lambda: MOST_PENDING, lambda: 0
            )
            return
        shared = cluster.share(client, sha256, images.images)
        threads = cluster.threads_of(client)
        try:
            yield Workplace(
                executor,
                shared,
                Terms.here(sha256),
                cluster.killed_worker(),
                True,
                lambda: max(LEAST_PENDING, 2 * threads()),
                threads,
            )
        finally:
            shared.release()
    elif jobs == 1 and one_blas_thread():
        give(sha256, images.images)
        yield Workplace(InlineExecutor(), sha256, None, CellDied, False, lambda: 1, lambda: 1)
    else:
        with local_pool(jobs, sha256, images.images) as pool:
            yield Workplace(pool, sha256, None, CellDied, False, lambda: 2 * jobs, lambda: jobs)
