"""A bounded queue: an executor is given work a little at a time, and it comes as it is done."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def as_finished(
    submit: Callable[[T], Future], todo: Iterable[T], bound: Callable[[], int]
) -> Iterator[tuple[T, Future]]:
    """Yield each piece of work with its future when that is done; at an end the rest is cancelled.

    Parameters
    ----------
    submit : callable
        Gives a piece to the executor.
    todo : iterable
        The pieces.
    bound : callable
        Returns how many pieces are handed over at a time; where the executor grows, more.
    """
    submitted: dict[Future, T] = {}
    # Not futures.wait: it locks all of them, and Ctrl-C in the middle of that leaves them locked
    # for the thread by which Dask would cancel them.
    done: SimpleQueue[Future] = SimpleQueue()
    left = iter(todo)
    try:
        while True:
            room = bound() - len(submitted)
            for piece in islice(left, max(room, 0 if submitted else 1)):
                future = submit(piece)
                submitted[future] = piece
                future.add_done_callback(done.put)
            if not submitted:
                return
            future = done.get()
            yield submitted.pop(future), future
    finally:
        for future in submitted:
            future.cancel()
