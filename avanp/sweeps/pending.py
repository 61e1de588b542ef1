"""Work given to an executor a little at a time."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def finished(
    submit: Callable[[T], Future], todo: Iterable[T], most_pending: Callable[[], int]
) -> Iterator[tuple[T, Future]]:
    """Yield each piece of work with its future when that is done; at an end the rest is cancelled.

    Parameters
    ----------
    submit : callable
        Gives a piece to the executor.
    most_pending : callable
        Returns how many pieces are handed over at a time; where the executor grows, more.
    """
    pending: dict[Future, T] = {}
    # Not futures.wait: it locks all of them, and Ctrl-C in the middle of that leaves them locked
    # for the thread by which Dask would cancel them.
    done: SimpleQueue[Future] = SimpleQueue()
    left = iter(todo)
    try:
        while True:
            room = most_pending() - len(pending)
            for piece in islice(left, max(room, 0 if pending else 1)):
                future = submit(piece)
                pending[future] = piece
                future.add_done_callback(done.put)
            if not pending:
                return
            future = done.get()
            yield pending.pop(future), future
    finally:
        for future in pending:
            future.cancel()
