"""Cells on this machine: in this process, or in several, each of which may die."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from types import ModuleType
from typing import Any

import numpy as np

from avanp.memory import keep_freed_memory
from avanp.sweeps.worker import THREAD_VARIABLES, give

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


class LocalPool(ThreadPoolExecutor):
    """Threads with a process each, so that a death is that of one known cell, which is redone.

    The processes hold the images. They need this package alone: with the script's ``__main__`` out
    of sight while one is started, it is not run again, and needs no guard. Ctrl-C is left to the
    parent, which keeps the finished rows and stops them.
    """

    _spawning = threading.Lock()

    def __init__(self, jobs: int, sha256: str, images: np.ndarray) -> None:
        super().__init__(jobs, "avanp-cells")
        self._gift = sha256, images
        self._own = threading.local()
        self._started: dict[int, ProcessPoolExecutor] = {}
        self._ending = False

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future:
        """Submit a task; its future holds `CellDied` where its process died `DEATHS` times."""
        return super().submit(self._run, fn, *args, **kwargs)

    def end(self) -> None:
        """End all processes, whatever they are at."""
        self._ending = True
        for pid in list(self._started):
            with suppress(ProcessLookupError):
                os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for the threads, then for their processes."""
        super().shutdown(wait=wait, cancel_futures=cancel_futures)
        for pool in self._started.values():
            pool.shutdown(wait=wait)

    def _run(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        for _ in range(DEATHS):
            pid = self._own_process()
            try:
                return self._started[pid].submit(fn, *args, **kwargs).result()
            except BrokenProcessPool:
                del self._own.pid
                self._started.pop(pid).shutdown()
                if self._ending:
                    raise
        raise CellDied(f"its process died {DEATHS} times, perhaps for want of memory")

    def _own_process(self) -> int:
        """The identifier of this thread's process, started where there is none."""
        if not hasattr(self._own, "pid"):
            self._own.pid = self._start()
        return self._own.pid

    def _start(self) -> int:
        for left in reversed(range(DEATHS)):
            pool = ProcessPoolExecutor(
                1, multiprocessing.get_context("spawn"), initializer=_begin, initargs=self._gift
            )
            try:
                with self._spawning, ctrl_c_left_out(), _main_out_of_sight():
                    there = pool.submit(os.getpid)
                pid = there.result()
                self._started[pid] = pool
                if self._ending:
                    self.end()
                return pid
            except BrokenProcessPool:
                pool.shutdown()
                if not left or self._ending:
                    raise
        raise AssertionError("unreachable")


@contextmanager
def ctrl_c_left_out() -> Iterator[None]:
    """Start threads and processes in here that do not hear Ctrl-C: they inherit the mask."""
    resource_tracker.ensure_running()  # which would take it off, the first time
    masked = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
    try:
        yield
    finally:
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _main_out_of_sight() -> Iterator[None]:
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _begin(sha256: str, images: np.ndarray) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    keep_freed_memory()
    give(sha256, images)


def _end_with_parent() -> None:
    # A killed parent closes no queue: without this its processes would wait for ever.
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


@contextmanager
def local_pool(jobs: int, sha256: str, images: np.ndarray) -> Iterator[LocalPool]:
    """Yield processes with one BLAS thread each; what is left of them at the end is stopped."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    pool = LocalPool(jobs, sha256, images)
    try:
        yield pool
    except BaseException:
        pool.end()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
