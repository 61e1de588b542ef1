"""How far a long command is: a bar with rate and time left on a terminal, plain lines in a pipe."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Progress = Callable[[int, int], None]


@contextmanager
def shown(unit: str) -> Iterator[Progress]:
    """Yield a function of (done, in all) that shows progress on standard error.

    `unit` names what is counted. A pipe gets a line at the start and after every tenth.
    """
    terminal = sys.stderr.isatty()
    start: tuple[float, int] | None = None
    tenth = -1

    def update(done: int, total: int) -> None:
        nonlocal start, tenth
        first = start is None
        if start is None:
            start = (time.monotonic(), done)
        seconds, new = time.monotonic() - start[0], done - start[1]
        if terminal:
            _draw(done / total, status(done, total, new, seconds, unit), first)
        elif first or done * 10 // total > tenth:
            tenth = done * 10 // total
            click.echo(status(done, total, new, seconds, unit), err=True)

    try:
        yield update
    finally:
        if terminal and start is not None:
            click.echo(err=True)


def clear() -> None:
    """Take the bar off the terminal, for a line of text; the next update draws it again."""
    if sys.stderr.isatty():
        _write("")
        click.echo("\r", nl=False, err=True)


def status(done: int, total: int, new: int, seconds: float, unit: str) -> str:
    """Return how far it is, in words.

    Parameters
    ----------
    done, total : int
        How many of how many.
    new : int
        How many of the `done` were done in this run of the program.
    seconds : float
        The time they took.
    unit : str
        What is counted.
    """
    count = f"{done}/{total} {unit}"
    if not new:
        return f"{count} there already" if done else count
    if done == total:
        return f"{count} in {duration(seconds)}"
    rate = new / max(seconds, 1e-9)
    speed = f"{rate:.3g}" if rate < 1000 else f"{rate:,.0f}"
    return f"{count}, {speed} {unit}/s, {duration((total - done) / rate)} left"


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it, seconds, minutes or hours."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _draw(part: float, text: str, first: bool) -> None:
    room = max(0, min(40, _columns() - 4 - len(text)))
    filled = int(part * room)
    _write(f"[{'#' * filled}{'.' * (room - filled)}] {text}" if room > 4 else text, first)


def _write(line: str, first: bool = False) -> None:
    """Write over the line before, which may have been longer."""
    room = _columns() - 1
    click.echo(("" if first else "\r") + line[:room].ljust(room), nl=False, err=True)


def _columns() -> int:
    return os.get_terminal_size(sys.stderr.fileno()).columns or 80
