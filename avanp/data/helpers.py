"""Chunks of files decoded by one process a processor, in any order of their ends."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from avanp.data.chunks import Chunk, Read
from avanp.errors import AvanpError

# Run by its text, not as a module: the same package is found, and nothing of the caller's is run.
TEXT = (
    "import sys, signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "sys.path[:] = sys.argv[1].split('\\n'); "
    "from avanp.data.chunks import help_out; help_out()"
)


class Helpers:
    """Iterating yields what was found in each chunk; `stop` lets those end that have begun.

    Chunks are begun in order, so that what is found before a stop is that of all first chunks.

    Parameters
    ----------
    chunks : sequence of Chunk
        What is to be decoded.
    places : sequence of int
        Where in the file each chunk's pixels begin, in bytes.
    file : int
        The descriptor of an open file.
    count : int
        Processes.
    """

    def __init__(
        self, chunks: Sequence[Chunk], places: Sequence[int], file: int, count: int
    ) -> None:
        self._todo = iter(list(zip(chunks, places, strict=True)))
        self._next, self._stopped = threading.Lock(), False
        self._found: queue.Queue[Read | BaseException | None] = queue.Queue()
        words = [sys.executable, "-c", TEXT, "\n".join(sys.path), str(file)]
        env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._processes = [
            subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(file,),
                env=env,
            )
            for _ in range(count)
        ]
        self._threads = [
            threading.Thread(target=self._ask, args=(process,), daemon=True)
            for process in self._processes
        ]

    def __enter__(self) -> "Helpers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()
        for process in self._processes:
            process.kill()
            process.wait()
        for thread in self._threads:
            thread.join()
        for process in self._processes:
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):
                    stream.close()  # type: ignore[union-attr]

    def __iter__(self) -> Iterator[Read]:
        left = len(self._threads)
        while left:
            found = self._found.get()
            if isinstance(found, BaseException):
                raise found
            if found is None:
                left -= 1
            else:
                yield found

    def stop(self) -> None:
        """Begin no further chunk."""
        self._stopped = True

    def _ask(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            while True:
                with self._next:
                    chunk, at = (None, 0) if self._stopped else next(self._todo, (None, 0))
                if chunk is None:
                    self._found.put(None)
                    return
                process.stdin.write(json.dumps({**asdict(chunk), "at": at}).encode() + b"\n")
                process.stdin.flush()
                answer = process.stdout.readline()
                if not answer:
                    raise AvanpError(
                        "a process that decodes images has died: is there too little memory?"
                    )
                self._found.put(Read(**json.loads(answer)))
        except (OSError, ValueError) as error:
            self._found.put(error)
