"""Files are written whole or not at all, and lines appended whole; both last through a crash.

What is written stays inside its folder: no link, no second name of a file and no name that somebody
has put there leads out of it.
"""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from avanp.errors import NO_ROOM, AvanpError
from avanp.inside import open_own
from avanp.temporary import new_file

AT_ONCE = 100  # files that are held open
MOST_LEVELS = 100  # folders that are made one in another


def regular(name: str) -> None:
    """Raise an `AvanpError` for a pipe or a device, which would be waited for or never end."""
    if os.path.exists(name) and not os.path.isfile(name):
        raise AvanpError(f"{name!r} cannot be read: it is not a regular file")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Make what goes wrong in the block one of two errors that name `path`, for every file alike.

    Raises
    ------
    AvanpError
        Where it cannot be written there.
    OSError
        Where the disk is full or fails: the same command goes on once that is mended.
    """
    try:
        yield
    except AvanpError:
        raise
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise OSError(error.errno, error.strerror, str(path)) from None
        reason = getattr(error, "strerror", None) or error
        raise AvanpError(
            f"cannot write {str(path)!r}: {reason}; name a folder that can be written"
        ) from error


def write_whole(path: Path, content: bytes, within: Path | None = None) -> None:
    """Write `content` beside `path` and put it in place in one step, on the disk.

    A link that is called `path` is replaced, and not followed. `within` is as for `make_folder`;
    errors are those of `writing`, and nothing is left behind then.
    """
    make_folder(path.parent, within)
    with writing(path):
        file, temporary = new_file(path)
        try:
            with os.fdopen(file, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(file)
                if os.name != "posix":  # which moves no open file
                    stream.close()
                os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def write_all(folder: Path, contents: Iterable[tuple[str, bytes]]) -> Iterator[int]:
    """Write many new files into a folder, and yield how many are there: to be run to its end.

    Each is written whole or not at all, as by `write_whole`, but they are put on the disk a
    hundred at a time and their names once, at the end. What a failure leaves are whole files.

    Parameters
    ----------
    folder : Path
        Made where it is not there.
    contents : iterable of (str, bytes)
        Names and what is in them, made one by one.
    """
    make_folder(folder)
    done, left = 0, iter(contents)
    while some := list(islice(left, AT_ONCE)):
        held: list[tuple[int, Path, Path]] = []
        with writing(folder):
            try:
                for name, content in some:
                    file, temporary = new_file(folder / name)
                    held.append((file, temporary, folder / name))
                    with open(file, "wb", closefd=False) as stream:
                        stream.write(content)
                for file, temporary, path in held:
                    os.fsync(file)
                    if os.name != "posix":  # which moves no open file
                        os.close(file)
                    os.replace(temporary, path)
            finally:
                for file, temporary, _ in held:
                    with suppress(OSError):
                        os.close(file)
                    with suppress(OSError):
                        temporary.unlink()
        done += len(some)
        yield done
    with writing(folder):
        sync_folder(folder)


def append_whole(path: Path, line: bytes) -> None:
    """Append a line, on the disk when this returns; where it fails, what was there stays alone.

    Errors are those of `writing`; a link, or a file that has a second name, is an `AvanpError`.
    """
    with writing(path), open(path, "ab", 0, opener=open_own) as file:
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
        if not before:  # it may be new
            sync_folder(path.parent)


def cut(path: Path, size: int) -> None:
    """Take off what a file has beyond `size` bytes; errors are those of `append_whole`."""
    with writing(path), os.fdopen(open_own(path, os.O_WRONLY), "wb", 0) as file:
        os.ftruncate(file.fileno(), size)
        os.fsync(file.fileno())


def make_folder(folder: Path, within: Path | None = None) -> None:
    """Make a folder, and those above it, for its files to last; one that is there stays as it is.

    Parameters
    ----------
    folder : Path
        What is made.
    within : Path, optional
        The folder that was chosen, above `folder`: it may be a link of the user's own, and what is
        between the two may be none.

    Raises
    ------
    AvanpError, OSError
        Those of `writing`; too many levels, or a link below `within`, are an `AvanpError`.
    """
    with writing(folder):
        if within is not None:
            check_inside(folder, within)
        new = [path for path in (folder, *folder.parents) if not path.exists()]
        if len(new) > MOST_LEVELS:
            raise AvanpError(
                f"cannot write {str(folder)!r}: it is {len(new)} folders below one that is there, "
                f"and at most {MOST_LEVELS} are made"
            )
        for path in reversed(new):
            path.mkdir(exist_ok=True)
            with suppress(PermissionError):  # above may be a folder to write in and not to read
                sync_folder(path.parent)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))


def check_inside(path: Path, within: Path) -> None:
    """Raise an `AvanpError` where `path`, or a folder between it and `within`, is a link."""
    for part in (path, *path.parents):
        if part == within:
            return
        if part.is_symlink():
            raise AvanpError(f"{str(part)!r} is a link: what it leads to is left alone")


def sync_folder(folder: Path) -> None:
    """Make the names of a folder's new files last through a loss of power."""
    if os.name != "posix":
        return
    itself = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(itself)
    finally:
        os.close(itself)
