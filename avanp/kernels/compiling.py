"""Kernels that are compiled now, as no file had them: who is told, and how long it has taken."""

import time
from collections.abc import Callable


class Clock:
    """The seconds spent compiling in this process.

    Attributes
    ----------
    seconds : float
    told : list of callable
        Called when a compilation begins that is part of no other.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.told: list[Callable[[], None]] = []
        self._depth, self._began = 0, 0.0

    def begin(self) -> None:
        """Take note that a kernel is compiled; one may compile others on the way."""
        if self._depth == 0:
            self._began = time.monotonic()
            for tell in self.told:
                tell()
        self._depth += 1

    def end(self) -> None:
        """Take note that it is compiled."""
        self._depth = max(0, self._depth - 1)
        if self._depth == 0:
            self.seconds += time.monotonic() - self._began


CLOCK = Clock()
