"""How far a long command is: a bar with rate and time left on a terminal, plain lines in a pipe."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import cast

import click

from avanp.kernels.compiling import CLOCK

Progress = Callable[..., None]
LATE = 1.0  # seconds


@contextmanager
def shown(unit: str, since: float | None = None) -> Iterator[Progress]:
    """Yield a function of (done, in all) that shows progress on standard error.

    `unit` names what is counted, `since` when none was done, if that was before the first call. A
    pipe gets a line at the start and after every tenth. A third number is the seconds that were
    spent on compiling: they are left out of rate and time left, and in the time that all took.
    """
    terminal = sys.stderr.isatty()
    start: tuple[float, int] | None = None if since is None else (since, 0)
    tenth = -1

    def update(done: int, total: int, waited: float = 0.0) -> None:
        nonlocal start, tenth
        first = tenth < 0
        if start is None:
            start = (time.monotonic() - waited, done)
        seconds, new = time.monotonic() - start[0] - waited, done - start[1]
        before, tenth = tenth, done * 10 // total
        if terminal:
            _draw(done / total, status(done, total, new, seconds, unit, waited), first)
        elif tenth > before:
            click.echo(status(done, total, new, seconds, unit, waited), err=True)

    try:
        yield update
    finally:
        if terminal and start is not None:
            click.echo(err=True)


@contextmanager
def shown_late(unit: str) -> Iterator[Progress]:
    """Yield what `shown` does, for what is mostly done at once: it shows nothing before `LATE`."""
    with ExitStack() as stack:
        began, bar = 0.0, cast(Progress | None, None)

        def update(done: int, total: int) -> None:
            nonlocal began, bar
            if not done:
                began = time.monotonic()
            elif bar is None and done < total and time.monotonic() - began > LATE:
                bar = stack.enter_context(shown(unit, began))
            if bar is not None:
                bar(done, total)
            if bar is not None and done == total:
                stack.close()
                bar = None

        yield update


def clear() -> None:
    """Take the bar off the terminal, for a line of text; the next update draws it again."""
    if sys.stderr.isatty():
        _write("")
        click.echo("\r", nl=False, err=True)


def tell_of_compiling() -> None:
    """Say once in this process, on standard error, that kernels are compiled, if any are."""

    def say() -> None:
        clear()
        click.echo("compiling kernels, once", err=True)
        CLOCK.told = []

    CLOCK.told = [say]


def status(
    done: int, total: int, new: int, seconds: float, unit: str, compiling: float = 0.0
) -> str:
    """Return how far it is, in words.

    Parameters
    ----------
    done, total : int
        How many of how many.
    new : int
        How many of the `done` were done in this run of the program.
    seconds : float
        The time they took, without compiling.
    unit : str
        What is counted.
    compiling : float
        The seconds that were spent on that beside them.
    """
    count = f"{done}/{total} {unit}"
    if not new:
        return f"{count} there already" if done else count
    if done == total:
        of_them = f", of which {duration(compiling)} compiling" if compiling >= 1 else ""
        return f"{count} in {duration(seconds + compiling)}{of_them}"
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
