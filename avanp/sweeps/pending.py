"""Work given to an executor a little at a time."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
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
    left = iter(todo)
    try:
        while True:
            room = most_pending() - len(pending)
            for piece in islice(left, max(room, 0 if pending else 1)):
                pending[submit(piece)] = piece
            if not pending:
                return
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                yield pending.pop(future), future
    finally:
        for future in pending:
            future.cancel()
