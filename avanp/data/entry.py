"""One set of decoded images in a file: how it is laid out, checked, and mapped into memory.

A page of header, the pixels, of each image the first that is equal to it (int64), and a sum of each
block of pixels (uint64). What differs from what was written is found out when it is opened.
"""

import hashlib
import json
import mmap
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np

from avanp.data.chunks import words
from avanp.data.pixels import Facts
from avanp.errors import AvanpError
from avanp.files import write_whole
from avanp.inside import open_own
from avanp.memory import available

FILE, SUMS = "images", "sums.json"
HEAD = 4096  # bytes
MAGIC = b"avanp images 1\n"
MAPPED = 1 << 28  # bytes looked at before they are given back
MOST_SUMS = 1 << 20  # bytes
Shape = tuple[int, int, int, int]


@dataclass(frozen=True)
class Header:
    """What an entry says of itself.

    Parameters
    ----------
    key : str
        Of the files and how they were read.
    source : str
        The folder, in words.
    shape : (N, H, W, C)
    rows : int
        Images a block.
    most : int
        The largest byte, before the images were made grey.
    grey : bool
        Whether none of them had a colour.
    paged : int
        Files that have further frames.
    tail : str
        The digest of what follows the pixels.
    """

    key: str
    source: str
    shape: Shape
    rows: int
    most: int
    grey: bool
    paged: int
    tail: str

    @property
    def image(self) -> int:
        """Bytes of one image."""
        return self.shape[1] * self.shape[2] * self.shape[3]

    @property
    def pixels(self) -> int:
        """Bytes of all pixels."""
        return self.shape[0] * self.image

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return HEAD + self.pixels + 8 * (self.shape[0] + -(-self.shape[0] // self.rows))

    def packed(self) -> bytes:
        """Return the header's page."""
        text = json.dumps(asdict(self)).encode()
        return (MAGIC + digest_of(text).encode() + b" " + text + b"\n").ljust(HEAD, b"\0")


class Entry:
    """A file of decoded images, checked and mapped.

    Attributes
    ----------
    header : Header
    array : (N, H, W, C) uint8
        Read-only; looking at it brings pages of the file into memory.
    facts : Facts
    """

    def __init__(self, folder: Path, header: Header, file: int, equal: np.ndarray) -> None:
        self.header, self._folder, self._taken = header, folder, 0
        self._map = mmap.mmap(file, header.size, access=mmap.ACCESS_READ)
        flat = np.frombuffer(self._map, np.uint8, header.pixels, HEAD)
        self.array = flat.reshape(header.shape)
        self.facts = Facts(equal, header.most, header.grey)
        self._sums: dict[str, str] | None = None
        if header.pixels > available() // 2 and hasattr(mmap, "MADV_RANDOM"):
            self._map.madvise(mmap.MADV_RANDOM)  # read ahead, it would push out what is needed

    def taken(self, count: int) -> None:
        """Give pages back now and then: they stay with the system as long as it has room."""
        self._taken += count
        if self._taken > MAPPED and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
            self._taken = 0

    def sum_of(self, name: str) -> str | None:
        """Return a hash that was remembered under a name."""
        if self._sums is None:
            self._sums = _read_sums(self._folder / SUMS, self.header.key)
        return self._sums.get(name)

    def remember(self, name: str, value: str) -> None:
        """Keep a hash for later commands, if there is room."""
        self._sums = {**(self._sums or {}), name: value}
        content = json.dumps({"key": self.header.key, "sums": self._sums}).encode()
        with suppress(OSError, AvanpError):
            write_whole(self._folder / SUMS, content)


def read_entry(folder: Path, file: int, key: str) -> Entry:
    """Return the entry in an open file; a `ValueError` says what is wrong with it."""
    header = read_header(os.pread(file, HEAD, 0), os.fstat(file).st_size)
    if header.key != key:
        raise ValueError("it is of other files")
    tail = os.pread(file, header.size - HEAD - header.pixels, HEAD + header.pixels)
    if digest_of(tail) != header.tail:
        raise ValueError("its end is not what was written")
    n = header.shape[0]
    equal = np.frombuffer(tail[: 8 * n], np.int64)
    if not ((equal >= 0) & (equal <= np.arange(n))).all():
        raise ValueError("its numbers are none of images")
    buffer = memoryview(bytearray(min(n, header.rows) * header.image))
    with FileIO(file, closefd=False) as content:
        content.seek(HEAD)
        for i, expected in enumerate(np.frombuffer(tail[8 * n :], np.uint64)):
            start = i * header.rows
            view = buffer[: (min(n, start + header.rows) - start) * header.image]
            if content.readinto(view) != len(view) or words(view) != int(expected):
                raise ValueError(f"images from {start} on are not what was written")
    return Entry(folder, header, file, equal)


def read_header(page: bytes, size: int) -> Header:
    """Return the header of a file of so many bytes."""
    text = page.removeprefix(MAGIC).partition(b"\n")[0]
    digest, _, text = text.partition(b" ")
    if not page.startswith(MAGIC) or digest != digest_of(text).encode():
        raise ValueError("its header is not what was written")
    try:
        header = _header_of(json.loads(text))
    except RecursionError:
        raise ValueError("its header says something else") from None
    if header.size != size:
        raise ValueError(f"{header.size} bytes were written, and {size} are there")
    return header


def _header_of(values: Any) -> Header:
    """Return a header of what its line of JSON says, which may be anything."""
    if not isinstance(values, dict) or values.keys() != {f.name for f in fields(Header)}:
        raise ValueError("its header says something else")
    shape, rows = values["shape"], values["rows"]
    texts = all(isinstance(values[name], str) for name in ("key", "source", "tail"))
    counts = all(type(values[name]) is int and values[name] >= 0 for name in ("most", "paged"))
    if (
        not texts
        or not counts
        or type(values["grey"]) is not bool
        or not isinstance(shape, list)
        or len(shape) != 4
    ):
        raise ValueError("its header says something else")
    if not all(type(n) is int and n > 0 for n in [*shape, rows]) or shape[3] not in (1, 3):
        raise ValueError("its header gives no shape of images")
    return Header(**{**values, "shape": tuple(shape)})


def _read_sums(path: Path, key: str) -> dict[str, str]:
    try:
        with open(path, "rb", opener=open_own) as file:
            found = json.loads(file.read(MOST_SUMS))
        sums = found["sums"] if found["key"] == key else {}
        return {str(k): v for k, v in sums.items() if isinstance(v, str) and len(v) == 64}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def digest_of(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
