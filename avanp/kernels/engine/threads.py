"""How many threads a process computes on, and the division of work among them.

The kernels release the interpreter's lock, so plain threads run the code that one thread runs, on
disjoint parts of the result: nothing is compiled a second time, and the result is the same bit for
bit.
"""

import ctypes
import os
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from itertools import pairwise
from typing import TypeVar

from avanp.errors import AvanpError
from avanp.kernels.engine.cpu import compiles
from avanp.kernels.engine.spin import ASKED, DONE, TURNS, numbers, reaches, rest
from avanp.processors import usable

Made = TypeVar("Made")
Pair = tuple[int, int]

NAP = 1e-4  # seconds between two looks at a thread that is long at work


def threads() -> int:
    """Return what the environment variable AVANP_THREADS asks for; 1 without it."""
    return _number(os.environ.get("AVANP_THREADS", "1"))


@cache
def _number(text: str) -> int:
    if not re.fullmatch(r"0*[1-9][0-9]{0,3}", text):
        raise AvanpError(f"AVANP_THREADS={text!r}: give a whole number from 1, such as 2")
    return int(text)


def parts(n: int, most: int) -> int:
    """Return into how many parts of at most `most` to cut n: as many for each thread."""
    count = threads()
    return min(-(-n // (most * count)) * count, n)


def split(run: Callable[[int, int], object], n: int, once: bool = False) -> None:
    """Call ``run(start, stop)`` for consecutive parts of 0 … n.

    Each thread has its share of n, the same whatever is computed, so that what one kernel wrote is
    in the cache of the processor that reads it in the next. It does its share in parts, and then
    takes of the others' last ones. With `once` a share is one part.
    """
    count = min(threads(), n)
    if count <= 1:
        run(0, n)
        return
    shares = [_cut(n * i // count, n * (i + 1) // count, once) for i in range(count)]

    def work(thread: int) -> None:
        while part := _take(shares[thread:] + shares[:thread]):
            run(*part)

    _team(os.getpid(), threads() - 1).call(work, count - 1)


def _take(shares: list[deque[Pair]]) -> Pair | None:
    """Return the next part of the first share, or the last of another; None if all are done."""
    for i, share in enumerate(shares):
        with suppress(IndexError):
            return share.pop() if i else share.popleft()
    return None


def _cut(start: int, stop: int, once: bool) -> deque[Pair]:
    """Return start … stop in parts that become smaller, so that all threads end together."""
    cuts = [start]
    while cuts[-1] < stop:
        cuts.append(stop if once else cuts[-1] + max(1, (stop - cuts[-1]) // 2))
    return deque(pairwise(cuts))


def own(make: Callable[[], Made]) -> Callable[[], Made]:
    """Return a function that makes something once in each thread that calls it.

    What one processor wrote and another has read is slow to write again: each thread better has
    its own copy of what all need.
    """
    local = threading.local()

    def get() -> Made:
        if not hasattr(local, "made"):
            local.made = make()
        return local.made

    return get


class _Team:
    """The other threads of a process.

    Linux wakes a thread on the processor of the one that wakes it, and only after some
    milliseconds moves it to an idle one: by then a kernel has ended. So they are told to keep away
    from the processor that the calling thread is on.
    """

    def __init__(self, size: int) -> None:
        # Where they share processors, one that looks keeps another from its work.
        turns = TURNS if usable() > size else 0
        self.helpers = [_Helper(turns) for _ in range(size)]
        self.away_from = -1
        self.taken = threading.Lock()

    def call(self, work: Callable[[int], None], count: int) -> None:
        """Call ``work(0)`` here and ``work(i)`` in `count` helpers, and wait until all end."""
        if not self.taken.acquire(blocking=False):
            work(0)  # the helpers work for another thread of the program
            return
        ended = False
        try:
            self._keep_away()
            helpers = self.helpers[:count]
            for i, helper in enumerate(helpers, 1):
                helper.begin(partial(work, i))
            try:
                work(0)
            finally:
                errors = [helper.end() for helper in helpers]
                ended = True
        finally:
            if ended:
                self.taken.release()
            else:  # Ctrl-C came while it waited: helpers may be at work still, and others follow
                _team.cache_clear()
                for helper in self.helpers:
                    helper.dismiss()
        for error in errors:
            if error is not None:
                raise error

    def _keep_away(self) -> None:
        """Leave the helpers every processor but the one of the calling thread."""
        here = _processor()
        if here in (self.away_from, -1):
            return
        self.away_from = here
        others = os.sched_getaffinity(0) - {here}
        for helper in self.helpers if others else ():
            os.sched_setaffinity(helper.native_id or 0, others)


class _Helper(threading.Thread):
    """A thread that waits for work, which has a number: its turn.

    After a turn it looks for the next a while, without the interpreter's lock, which the calling
    thread then finds free. So does the calling thread for the end of a turn.
    """

    def __init__(self, turns: int) -> None:
        super().__init__(name="avanp", daemon=True)
        self.work: Callable[[], None] = lambda: None
        self.error: BaseException | None = None
        self.dismissed = False
        self.turn, self.state, self.turns = 0, numbers(), turns
        self.asked = threading.Lock()
        self.asked.acquire()
        self.start()

    def run(self) -> None:
        """Do what is asked, until dismissed."""
        while self.asked.acquire() and not self.dismissed:
            try:
                self.work()
            except BaseException as error:
                self.error = error
            if compiles():
                rest(self.state, self.turn, self.turns)
            else:
                self.state[DONE] = self.turn

    def begin(self, work: Callable[[], None]) -> None:
        """Let the thread call `work`."""
        self.work, self.error = work, None
        self.turn += 1
        self.state[ASKED] = self.turn
        self.asked.release()

    def dismiss(self) -> None:
        """Let the thread end, when it is done with what it does."""
        self.dismissed = True
        with suppress(RuntimeError):  # it is asked already
            self.asked.release()

    def end(self) -> BaseException | None:
        """Wait until the work has ended, and return what it raised."""
        if not (compiles() and reaches(self.state, DONE, self.turn, self.turns)):
            while self.state[DONE] != self.turn:
                time.sleep(NAP)
        self.work = lambda: None  # which holds arrays
        return self.error


@cache
def _team(process: int, size: int) -> _Team:
    """Return this process's helpers: a forked child has none of its parent's threads."""
    return _Team(size)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _processor() -> int:
    """Return the number of the processor that the calling thread is on; -1 if unknown."""
    if not hasattr(os, "sched_setaffinity"):
        return -1
    try:
        return _libc().sched_getcpu()
    except (AttributeError, OSError):
        return -1
