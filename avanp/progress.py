"""How far a long command is: a bar with the time left on a terminal, plain lines in a pipe."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Progress = Callable[[int, int], None]


@contextmanager
def shown(unit: str) -> Iterator[Progress]:
    """Yield a function of (done, in all) that shows progress on standard error.

    `unit` names what is counted.
    """
    with _bar(unit) if sys.stderr.isatty() else _lines(unit) as progress:
        yield progress


@contextmanager
def _bar(unit: str) -> Iterator[Progress]:
    bar = None
    start = (time.monotonic(), 0)

    def rate(_: object) -> str:
        assert bar is not None
        return f"{_speed(bar.pos - start[1], time.monotonic() - start[0])} {unit}/s"

    def update(done: int, total: int) -> None:
        nonlocal bar, start
        if bar is None:
            bar = click.progressbar(
                length=total, label=unit, file=sys.stderr, item_show_func=rate, show_pos=True
            )
            start = (time.monotonic(), done)
            bar.__enter__()
            bar.update(done)
        else:
            bar.update(done - bar.pos, current_item=done)

    try:
        yield update
    finally:
        if bar is not None:
            bar.__exit__(None, None, None)


@contextmanager
def _lines(unit: str) -> Iterator[Progress]:
    """A line at the start and after every tenth of the whole."""
    start: tuple[float, int] | None = None
    tenth = 0

    def update(done: int, total: int) -> None:
        nonlocal start, tenth
        if start is None:
            start = (time.monotonic(), done)
            tenth = done * 10 // max(total, 1)
            click.echo(f"{done}/{total} {unit}", err=True)
        elif done * 10 // total > tenth:
            tenth = done * 10 // total
            seconds = time.monotonic() - start[0]
            left = (total - done) * seconds / (done - start[1])
            speed = _speed(done - start[1], seconds)
            click.echo(f"{done}/{total} {unit}, {speed} {unit}/s, {left:.0f} s left", err=True)

    yield update


def _speed(done: int, seconds: float) -> str:
    return f"{done / seconds:.1f}" if done and seconds > 0 else "–"
