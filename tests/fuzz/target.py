"""What is tried: a reader, the files it is first given, and what it may use."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

Change = Callable[[bytes], bytes]
Form = Callable[[bytes, Random, Change], bytes]


@dataclass(frozen=True)
class Target:
    """One reader.

    Parameters
    ----------
    name : str
    put : function of (content, folder)
        Writes the content into the empty folder, and returns what `read` takes.
    read : function of what `put` returned
        The reader. It ends, or raises an `AvanpError`.
    seeds : function without arguments
        Returns valid contents, and some that are bad in a way of interest.
    megabytes : int
        Memory, resident and promised, that one input may add to the process.
    form : function, optional
        Changes a part of a container and closes it again: its sums and lengths are right.
    tokens : tuple of bytes
        Words of the format.
    writes : str
        A pattern of the paths, relative to the folder, that `read` may write; none, if not given.
    share : float
        How many of all inputs it gets, beside the others: fewer where one takes long.
    anywhere : bool
        The input is the user's own path: any file may be read.
    """

    name: str
    put: Callable[[bytes, Path], Any]
    read: Callable[[Any], Any]
    seeds: Callable[[], list[bytes]]
    megabytes: int = 64
    form: Form | None = None
    tokens: tuple[bytes, ...] = ()
    writes: str = r"(?!)"
    share: float = 1.0
    anywhere: bool = False


def file(name: str) -> Callable[[bytes, Path], Path]:
    """Return what writes a content as the only file of the folder, called `name`."""

    def put(data: bytes, folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return put


def text(data: bytes, folder: Path) -> str:
    """Return a content as a word of the command line."""
    return data.decode("utf-8", "surrogateescape").replace("\0", "")
