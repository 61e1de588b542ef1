"""Files are written whole or not at all, and lines appended whole; both last through a crash."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from avanp.errors import AvanpError

# What another folder may not mend, and waiting or a free disk may: not bad input.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


def regular(name: str) -> None:
    """Raise an `AvanpError` for a pipe or a device, which would be waited for or never end."""
    if os.path.exists(name) and not os.path.isfile(name):
        raise AvanpError(f"{name!r} cannot be read: it is not a regular file")


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` beside `path` and put it in place in one step, on the disk.

    Raises
    ------
    AvanpError
        Where the folder cannot be written; nothing is left behind then.
    OSError
        Where the disk is full or fails; nothing is left behind then either.
    """
    temporary = path.parent / f".{path.name}.{os.getpid()}.tmp"
    try:
        make_folder(path.parent)
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise _named(error, path) from None
        reason = getattr(error, "strerror", None) or error
        raise AvanpError(
            f"cannot write {str(path)!r}: {reason}; name a folder that can be written"
        ) from error
    finally:
        with suppress(OSError, ValueError):
            temporary.unlink()


def append_whole(path: Path, line: bytes) -> None:
    """Append a line, on the disk when this returns; where it fails, what was there stays alone.

    Raises
    ------
    OSError
        Where the disk is full or fails, with the file's name.
    """
    new = not path.exists()
    try:
        with open(path, "ab", buffering=0) as file:
            before = os.fstat(file.fileno()).st_size
            try:
                written = 0
                while written < len(line):  # a disk that fills up takes a part of it
                    written += file.write(line[written:])
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(before)
                raise
        if new:
            sync_folder(path.parent)
    except OSError as error:
        raise _named(error, path) from None


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, for its files to last; one that is there stays as it is.

    Raises
    ------
    OSError
        Where it cannot be made.
    """
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in reversed(new):
        with suppress(PermissionError):  # above may be a folder to write in and not to read
            sync_folder(path.parent)


def _named(error: OSError, path: Path) -> OSError:
    """The error with the file that was to be written, which the system leaves out."""
    return OSError(error.errno, error.strerror, str(path))


def sync_folder(folder: Path) -> None:
    """Make the names of a folder's new files last through a loss of power."""
    if os.name != "posix":
        return
    itself = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(itself)
    finally:
        os.close(itself)
