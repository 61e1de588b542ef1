"""Signals that end a command are Ctrl-C, raised until it has come through."""

import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

AGAIN = 0.2  # seconds until it is looked whether the last one came through


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, of a class of its own.

    Where a plain KeyboardInterrupt has passed through `exec` of a text, as an import may run it,
    Python ends the process by a signal, whatever exit code it is given. And the last one is known:
    while it is on its way, or handled, it is alive.
    """

    last: "weakref.ref[Interrupted] | None" = None

    def __init__(self) -> None:
        super().__init__()
        Interrupted.last = weakref.ref(self)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Make SIGTERM, by which a batch system or a shutdown ends a process, Ctrl-C in the block.

    Python swallows an exception where nobody can catch it, as in the call-back of a weak reference,
    of which each import has one: then it is raised again. While one is on its way, further ones but
    Ctrl-C itself are the same. After the block the system ends what is left of the process.
    """
    heard = {signal.SIGTERM, getattr(signal, "SIGALRM", signal.SIGTERM)}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # or it is to be ignored
        heard.add(signal.SIGINT)
    for one in heard:
        signal.signal(one, _interrupt)
    sys.unraisablehook = _swallowed
    try:
        yield
    finally:
        _look_again(0)
        for one in heard:
            signal.signal(one, signal.SIG_DFL)


@contextmanager
def an_end_is_no_failure() -> Iterator[None]:
    """Make Ctrl-C of what fails in the block once a signal has asked the process to end.

    Numba compiles through call-backs from C, where the exception is swallowed, and then fails for
    want of what they were to bring.
    """
    try:
        yield
    except Exception as error:
        if Interrupted.last is None:
            raise
        raise Interrupted from error


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether Ctrl-C was pressed in the block; a second one is raised.

    Only where Ctrl-C does what Python or `ended_by_signals` has it do: a program with its own
    handler keeps it.
    """
    presses: list[int] = []
    main = threading.current_thread() is threading.main_thread()
    before: Any = signal.getsignal(signal.SIGINT) if main else None

    def hear(number: int, frame: Any) -> None:
        if presses:
            before(number, frame)
        presses.append(number)

    own = before is signal.default_int_handler or before is _interrupt
    if own:
        signal.signal(signal.SIGINT, hear)
    try:
        yield lambda: bool(presses)
    finally:
        if own:
            signal.signal(signal.SIGINT, before)


def _interrupt(number: int, _: Any) -> None:
    _look_again(AGAIN)
    on_its_way = Interrupted.last is not None and Interrupted.last() is not None
    if number == signal.SIGINT or not on_its_way:
        raise Interrupted  # held by no name here, which would keep it alive


def _look_again(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _swallowed(what: "sys.UnraisableHookArgs") -> None:
    if not issubclass(what.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(what)
