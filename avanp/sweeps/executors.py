"""Where cells are computed: in this process, or in several with one BLAS thread each."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from avanp.memory import keep_freed_memory
from avanp.sweeps.cells import Task, run_task

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)

_shared: dict[str, Any] = {}


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


class LocalPool(ProcessPoolExecutor):
    """Processes that know nothing of the script that starts them, nor of its Ctrl-C.

    They need this package alone: with the script's ``__main__`` out of sight while a process is
    started, it is not run again, and needs no guard. Ctrl-C is left to the parent, which keeps
    the finished rows and stops them.
    """

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future:
        """Submit a task, which may start a process."""
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        masked = hasattr(signal, "pthread_sigmask")
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            if masked:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
            sys.modules["__main__"] = main


def one_blas_thread() -> bool:
    """Tell whether the environment keeps BLAS to one thread, as it does under the command.

    With several, sums are taken in another order, and last digits differ from those of --jobs 2.
    """
    return os.environ.get("OPENBLAS_NUM_THREADS", os.environ.get("OMP_NUM_THREADS")) == "1"


def prepare(images: np.ndarray, draws: int) -> None:
    """Give a process the data of its tasks, once; images (N, H, W, C) uint8."""
    _shared.update(images=images.astype(np.float32) / 255, draws=draws)


def _prepare_worker(images: np.ndarray, draws: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    keep_freed_memory()
    prepare(images, draws)


def _end_with_parent() -> None:
    # A killed parent closes no queue: without this its processes would wait for ever.
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def run_prepared(task: Task) -> Any:
    """Run a task on the data this process was given."""
    return run_task(task, _shared["images"], _shared["draws"])


@contextmanager
def local_executor(jobs: int, images: np.ndarray, draws: int) -> Iterator[Executor]:
    """Yield an executor whose processes hold the data; one job may run in this process."""
    if jobs == 1 and one_blas_thread():
        prepare(images, draws)
        yield InlineExecutor()
        return
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    pool = LocalPool(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare_worker,
        initargs=(images, draws),
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
