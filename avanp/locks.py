"""One process at a time writes into a folder; a dead one holds nothing."""

import errno
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from avanp.errors import AvanpError
from avanp.inside import open_own

NAME = ".lock"
# A look at the lock (`is_held`) shares it for an instant: one who wants it tries again so long.
PATIENCE = 0.3
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)  # of a file system that keeps none

# A lock of flock is the open file's, which a forked process has as well: a pool's workers would
# hold the folder after it is given back, and after its holder was killed. So it is unlocked before
# it is closed, and closed in every fork; a program that is started instead closes it itself.
# Record locks (lockf) are no way out: threads of one process do not keep each other out, and the
# lock is lost when any file of that name is closed in the process, as `is_held` does.
_open: set[FileIO] = set()
_opening = threading.RLock()  # held while a process forks: no file is open that is not in the set


@contextmanager
def held(folder: Path, in_use: str) -> Iterator[FileIO]:
    """Hold a folder that is there, by a lock on its file ``.lock``; yield that file, for a note.

    The system gives the lock back when the process ends, however it ends; processes that it has
    forked hold nothing. On a network file system it must be one that keeps locks (NFS does from
    version 4, and Linux' NFS 3 with its lock daemon). Where the system has no such locks (Windows),
    nothing is held.

    Raises
    ------
    AvanpError
        `in_use`, where another process holds the folder; where ``.lock`` is not a file of the
        folder's own; or where the file system keeps no locks.
    OSError
        Where the folder cannot be written.
    """
    # Open for writing: NFS gives no exclusive lock on less. Not cut: who looks may read it.
    with _opened(folder, "ab") as file:
        deadline = time.monotonic() + PATIENCE
        while not _lock_of(folder, file):
            if time.monotonic() > deadline:
                raise AvanpError(in_use)
            time.sleep(PATIENCE / 20)
        yield file


def is_held(folder: Path) -> bool:
    """Whether a living process holds the folder; this looks, and writes nothing."""
    try:
        with _opened(folder, "rb") as file:
            return not _locked(file, exclusive=False)
    except (OSError, AvanpError):
        return False


@contextmanager
def _opened(folder: Path, mode: str) -> Iterator[FileIO]:
    """Open the lock's file, without a buffer: a fork would have a half of it."""
    with _opening:
        file = FileIO(folder / NAME, mode, opener=open_own)
        _open.add(file)
    try:
        yield file
    finally:
        if not file.closed:  # as it is in a fork, where the lock is not ours to give back
            _unlock(file)
            file.close()
        _open.discard(file)


def _lock_of(folder: Path, file: FileIO) -> bool:
    try:
        return _locked(file, exclusive=True)
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        raise AvanpError(
            f"{str(folder / NAME)!r} cannot be locked: its file system keeps no locks; name a "
            "folder on another disk"
        ) from None


def _locked(file: FileIO, *, exclusive: bool) -> bool:
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


def _unlock(file: FileIO) -> None:
    try:
        import fcntl
    except ImportError:
        return
    with suppress(OSError):  # where nothing could be locked
        fcntl.flock(file, fcntl.LOCK_UN)


def _close_all() -> None:
    for file in _open:
        file.close()
    _open.clear()
    _opening.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_opening.acquire, after_in_parent=_opening.release, after_in_child=_close_all
    )
