"""How many threads a process computes on, and the division of work among them.

The kernels release the interpreter's lock, so plain threads run the code that one thread runs, on
disjoint parts of the result: nothing is compiled a second time, and the result is the same bit for
bit.
"""

import ctypes
import os
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

from avanp.errors import AvanpError


def threads() -> int:
    """Return what the environment variable AVANP_THREADS asks for; 1 without it."""
    text = os.environ.get("AVANP_THREADS", "1")
    if not re.fullmatch(r"0*[1-9][0-9]{0,3}", text):
        raise AvanpError(f"AVANP_THREADS={text!r}: give a whole number from 1, such as 2")
    return int(text)


def split(run: Callable[[int, int], object], n: int, shares: int = 1) -> None:
    """Call ``run(start, stop)`` for consecutive parts of 0 … n.

    There are `shares` parts for each thread, which takes the next when it is done with one: more
    than one where parts are independent, since the other threads begin later.
    """
    count = min(threads(), n)
    if count <= 1:
        run(0, n)
        return
    size = min(count * shares, n)
    cuts = [n * i // size for i in range(size + 1)]
    parts = iter(list(pairwise(cuts)))

    def work() -> None:
        for start, stop in parts:
            run(start, stop)

    helpers = _helpers(os.getpid(), threads() - 1)
    helpers.keep_away()
    others = [helpers.pool.submit(work) for _ in range(count - 1)]
    work()
    for other in others:
        other.result()


class _Helpers:
    """The other threads of a process.

    Linux wakes a thread on the processor of the one that wakes it, and only after some
    milliseconds moves it to an idle one: by then a kernel has ended. So they are told to keep away
    from the processor that the calling thread is on.
    """

    def __init__(self, size: int) -> None:
        self.ids: list[int] = []
        self.away_from = -1
        self.pool = ThreadPoolExecutor(
            size, "avanp", initializer=lambda: self.ids.append(threading.get_native_id())
        )
        # All begin now, so that their ids are known.
        barrier = threading.Barrier(size + 1)
        for _ in range(size):
            self.pool.submit(barrier.wait)
        barrier.wait()

    def keep_away(self) -> None:
        """Leave the helpers every processor but the one of the calling thread."""
        here = _processor()
        if here in (self.away_from, -1):
            return
        self.away_from = here
        others = os.sched_getaffinity(0) - {here}
        for thread in self.ids if others else ():
            os.sched_setaffinity(thread, others)


@cache
def _helpers(process: int, size: int) -> _Helpers:
    """Return this process's helpers: a forked child has none of its parent's threads."""
    return _Helpers(size)


def _processor() -> int:
    """Return the number of the processor that the calling thread is on; -1 if unknown."""
    if not hasattr(os, "sched_setaffinity"):
        return -1
    try:
        return ctypes.CDLL(None).sched_getcpu()
    except (AttributeError, OSError):
        return -1
