"""Who looks on while many images are read: nobody, unless a command says so."""

from collections.abc import Callable
from contextvars import ContextVar

# Called with (images read, images in all).
WATCH: ContextVar[Callable[[int, int], None] | None] = ContextVar("WATCH", default=None)


def tell(done: int, total: int) -> None:
    """Tell who looks on how far it is."""
    watch = WATCH.get()
    if watch is not None:
        watch(done, total)
