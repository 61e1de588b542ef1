"""Where cells are computed: an executor that is given, or processes here."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from avanp.experiments.places import dask
from avanp.experiments.places.place import Place
from avanp.experiments.places.processes import CellDied, InlineExecutor, process_pool
from avanp.experiments.places.worker import (
    Arrays,
    Environment,
    give,
    one_blas_thread,
)

MOST_AHEAD = 1000  # cells with an executor whose size is not known
LEAST_AHEAD = 16  # with a cluster, which may be small at first and grow


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
