"""One worker process, and the two pipes by which it is given calls and gives their results.

It is a program of its own, not one of `multiprocessing`'s: this process holds only its own ends of
the pipes, so that a death, at whatever moment, ends every wait for it. It is started with ``-P``:
no module of the current folder stands in for one of Python's. Its standard input and output are the
pipes, and what a cell prints goes to standard error.
"""

import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import Any, BinaryIO

_START = (
    "import sys; sys.path += [p for p in sys.argv[1:] if p not in sys.path]; "
    "from avanp.experiments.places.process import work; work()"
)
LENGTH = struct.Struct("<Q")


class ProcessDied(Exception):
    """The process is gone, and with it what it was asked for."""


class Process:
    """A process that calls functions for this one, one at a time.

    Parameters
    ----------
    env : mapping
        Its environment.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        with ctrl_c_left_out():
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, *filter(None, sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=dict(env),
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to: BinaryIO = self._process.stdin  # type: ignore[assignment]
        self._from: BinaryIO = self._process.stdout  # type: ignore[assignment]

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def call(self, fn: Callable[..., Any], *args: Any) -> Any:
        """Return what a function of an importable module gives there, or raise what it raises.

        Raises
        ------
        ProcessDied
            Where it dies meanwhile.
        """
        try:
            _send(self._to, (fn, args))
            found, value = pickle.loads(_receive(self._from))
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise ProcessDied("the process died") from error
        if found == "error":
            raise value
        return value

    def kill(self) -> None:
        """End it, whatever it is at; who waits for it is told."""
        with suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """Let it end, and wait until it has: it does as its pipe is closed."""
        with suppress(OSError):
            self._to.close()
        self._process.wait()
        self._from.close()


@contextmanager
def ctrl_c_left_out() -> Iterator[None]:
    """Start threads and processes in here that do not hear Ctrl-C: they inherit the mask."""
    masked = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
    try:
        yield
    finally:
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _send(stream: BinaryIO, message: Any) -> None:
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    stream.write(LENGTH.pack(len(content)) + content)
    stream.flush()


def _receive(stream: BinaryIO) -> bytes:
    """Return the next message; EOFError where the other side is gone, in its middle or before."""
    head = stream.read(LENGTH.size)
    content = stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""
    if len(head) < LENGTH.size or len(content) < LENGTH.unpack(head)[0]:
        raise EOFError
    return content


def work() -> None:
    """Do what the process that started this one asks for, until it ends or has no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for that process
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # no standard error either
        os.dup2(nothing, 1)
    calls: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked, calls), daemon=True).start()
    while True:
        try:
            fn, args = pickle.loads(calls.get())
            answer = "value", fn(*args)
        except BaseException as error:
            answer = "error", error
        try:
            _send(answers, answer)
        except BrokenPipeError:
            os._exit(1)
        except Exception as error:  # a result, or an error, that cannot be pickled
            _send(answers, ("error", RuntimeError(f"{type(error).__name__}: {error}")))


def _listen(asked: BinaryIO, calls: "SimpleQueue[bytes]") -> None:
    # In a thread, so that this process ends in the middle of a cell where the other is killed.
    try:
        while True:
            calls.put(_receive(asked))
    except EOFError:
        os._exit(0)
