"""One process at a time writes into a folder; a dead one holds nothing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from avanp.errors import AvanpError
from avanp.files import regular

NAME = ".lock"
# A look at the lock (`is_held`) shares it for an instant: one who wants it tries again so long.
PATIENCE = 0.3


@contextmanager
def held(folder: Path, in_use: str) -> Iterator[TextIO]:
    """Hold a folder that is there, by a lock on its file ``.lock``; yield that file, for a note.

    The system gives the lock back when the process ends, however it ends. On a network file system
    it must be one that keeps locks (NFS does from version 4, and Linux' NFS 3 with its lock
    daemon). Where the system has no such locks (Windows), nothing is held.

    Raises
    ------
    AvanpError
        `in_use`, where another process holds the folder; or where ``.lock`` is not a regular file.
    OSError
        Where the folder cannot be written.
    """
    regular(str(folder / NAME))
    # Open for writing: NFS gives no exclusive lock on less. Not cut: who looks may read it.
    with open(folder / NAME, "a", encoding="utf-8") as file:
        deadline = time.monotonic() + PATIENCE
        while not _locked(file, exclusive=True):
            if time.monotonic() > deadline:
                raise AvanpError(in_use)
            time.sleep(PATIENCE / 20)
        yield file


def is_held(folder: Path) -> bool:
    """Whether a living process holds the folder; this looks, and writes nothing."""
    try:
        regular(str(folder / NAME))
        with open(folder / NAME, encoding="utf-8") as file:
            return not _locked(file, exclusive=False)
    except (OSError, AvanpError):
        return False


def _locked(file: Any, *, exclusive: bool) -> bool:
    """Take the lock until the file is closed; False where another process has it."""
    try:
        import fcntl
    except ImportError:  # not a POSIX system
        return True
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
