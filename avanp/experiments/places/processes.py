"""Cells on this machine: in this process, or in several, each of which may die."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from avanp.experiments.places.process import Process, ProcessDied
from avanp.experiments.places.worker import THREAD_VARIABLES, Arrays, begin

DEATHS = 3  # as many as Dask allows a task


class CellDied(Exception):
    """The process that ran a cell died each time."""


class InlineExecutor(Executor):
    """Runs a task when it is submitted, in this process."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future:
        """Call the function now and return a finished future."""
        future: Future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class ProcessPool(ThreadPoolExecutor):
    """Threads with a process each, so that a death is that of one known cell, which is redone.

    The processes hold the data. Ctrl-C is left to this process, which keeps the finished rows and
    stops them.
    """

    def __init__(self, jobs: int, key: str, data: Arrays) -> None:
        super().__init__(jobs, "avanp-cells")
        self._data = key, data
        self._env = os.environ | dict.fromkeys(THREAD_VARIABLES, "1")
        self._own = threading.local()
        self._started: set[Process] = set()
        self._ending = False

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future:
        """Submit a task; its future holds `CellDied` where its process died `DEATHS` times."""
        return super().submit(self._run, partial(fn, **kwargs) if kwargs else fn, *args)

    def end(self) -> None:
        """End all processes, whatever they are at."""
        self._ending = True
        for process in list(self._started):
            process.kill()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for the threads, then for their processes."""
        super().shutdown(wait=wait, cancel_futures=cancel_futures)
        for process in list(self._started):  # a thread may be at starting one
            process.close()

    def _run(self, fn: Any, /, *args: Any) -> Any:
        for _ in range(DEATHS):
            process = self._own_process()
            try:
                return process.call(fn, *args)
            except ProcessDied:
                self._forget(process)
        raise CellDied(f"its process died {DEATHS} times, perhaps for want of memory")

    def _own_process(self) -> Process:
        """This thread's process, started where there is none, or where it dies as it starts."""
        if hasattr(self._own, "process"):
            return self._own.process
        for _ in range(DEATHS):
            process = Process(self._env)
            self._started.add(process)
            self._own.process = process
            if self._ending:
                process.kill()
            try:
                process.call(begin, *self._data)
                return process
            except ProcessDied:
                self._forget(process)
        raise BrokenExecutor(f"a process died {DEATHS} times as it was started")

    def _forget(self, process: Process) -> None:
        del self._own.process
        self._started.discard(process)
        process.close()
        if self._ending:
            raise BrokenExecutor("the processes are ended")


@contextmanager
def process_pool(jobs: int, key: str, data: Arrays) -> Iterator[ProcessPool]:
    """Yield processes with one BLAS thread each; what is left of them at the end is stopped.

    `key` is the name by which tasks ask for the data, arrays by name.
    """
    pool = ProcessPool(jobs, key, data)
    try:
        yield pool
    except BaseException:
        pool.end()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
