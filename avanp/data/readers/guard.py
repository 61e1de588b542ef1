"""What every reader does alike: bounds, and errors in one line that name the file."""

import io
import math
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np

from avanp.data.size import MAX_BYTES
from avanp.errors import AvanpError

CHUNK = 1 << 20  # bytes read at a time
SMALL = 1 << 16


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a regular file; what goes wrong in the block is one line that names the file."""
    name = os.fspath(path)
    with told_of(name), Clamped(name) as file:
        yield file


class Clamped(io.BufferedReader):
    """A file that reserves no more for a read than it holds, whatever a header asks for.

    Attributes
    ----------
    size : int
        Bytes of the file.
    reads_left, header_left : float
        How many more reads there may be, and how many bytes of small ones: what handles a file
        piece by piece in Python ends soon where there are too many.
    """

    def __init__(self, name: str) -> None:
        try:
            super().__init__(io.FileIO(name, opener=_at_once))
        except IsADirectoryError:
            raise AvanpError(f"{name!r} cannot be read: it is not a regular file") from None
        found = os.fstat(self.fileno())
        if not stat.S_ISREG(found.st_mode):
            self.close()
            raise AvanpError(f"{name!r} cannot be read: it is not a regular file")
        self.size = found.st_size
        self.reads_left = self.header_left = math.inf

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes, `size` at most."""
        left = max(self.size - self.tell(), 0)
        found = super().read(left if size is None or not 0 <= size <= left else size)
        self.reads_left -= 1
        self.header_left -= len(found) * (len(found) < SMALL)
        if min(self.reads_left, self.header_left) < 0:
            raise ValueError("it is in too many pieces")
        return found


def _at_once(name: str, flags: int) -> int:
    """Open a file; a pipe is not waited for."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


@contextmanager
def told_of(name: str, kind: type[AvanpError] = AvanpError) -> Iterator[None]:
    """Make whatever goes wrong in the block an `AvanpError` that names the file `name`.

    What is wrong with the content is of the class `kind`.
    """
    try:
        yield
    except AvanpError:
        raise
    except OSError as error:
        if error.strerror:  # the file system's; a decoder's OSError has only a text
            raise AvanpError(f"{name!r} cannot be read: {error.strerror}") from None
        raise damaged(name, error, kind) from None
    except Exception as error:  # a decoder may raise anything on a damaged file
        raise damaged(name, error, kind) from None


def damaged(name: str, reason: object, kind: type[AvanpError] = AvanpError) -> AvanpError:
    """Return the error for a file whose content is not what its format says."""
    text = " ".join(str(reason).split()) or type(reason).__name__
    return kind(f"{name!r} is truncated or damaged: {text}")


def bounded(shape: Sequence[int], itemsize: int, name: str) -> int:
    """Return the bytes an array takes; more than `MAX_BYTES`, or none, is an `AvanpError`."""
    if any(n < 0 for n in shape) or len(shape) > 32:
        raise damaged(name, f"its header gives the shape {tuple(shape)}")
    total = math.prod(shape) * itemsize
    if total > MAX_BYTES:
        raise AvanpError(
            f"{name!r} holds {total / 2**30:.1f} GiB, more than {MAX_BYTES // 2**30} GiB: "
            "use a smaller set"
        )
    return total


def fill(file: BinaryIO, count: int, name: str) -> np.ndarray:
    """Return the next `count` bytes of `file`; fewer are an `AvanpError`."""
    out = np.empty(count, np.uint8)
    view, done = memoryview(out.data), 0
    while done < count:
        got = file.readinto(view[done : done + CHUNK])  # type: ignore[attr-defined]
        if not got:
            raise damaged(name, f"{count} bytes are promised, {done} are there")
        done += got
    return out
