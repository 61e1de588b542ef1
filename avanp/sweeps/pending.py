"""Work given to an executor a little at a time."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TypeVar

T = TypeVar("T")


def finished(
    submit: Callable[[T], Future], todo: Iterable[T], most_pending: int
) -> Iterator[tuple[T, Future]]:
    """Yield each piece of work with its future when that is done; at an end the rest is cancelled.

    Parameters
    ----------
    submit : callable
        Gives a piece to the executor.
    most_pending : int
        Pieces handed over at a time, at least 1.
    """
    pending: dict[Future, T] = {}
    left = iter(todo)
    try:
        while True:
            for piece in left:
                pending[submit(piece)] = piece
                if len(pending) >= most_pending:
                    break
            if not pending:
                return
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                yield pending.pop(future), future
    finally:
        for future in pending:
            future.cancel()
