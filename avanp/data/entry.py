"""One set of decoded images in a file: how it is laid out, checked, and mapped into memory.

A page of header, the pixels, of each image the first that is equal to it (int64), and a sum of each
block of pixels (uint64). What differs from what was written is found out when it is opened.
"""

import json
import mmap
import os
from contextlib import suppress
from io import FileIO
from pathlib import Path

import numpy as np

from avanp.data.chunks import words
from avanp.data.entry_header import HEAD, Header, digest_of, read_header
from avanp.data.facts import Facts
from avanp.errors import AvanpError
from avanp.files import write_whole
from avanp.inside import open_own
from avanp.memory import available

FILE, SUMS = "images", "sums.json"
MAPPED = 1 << 28  # bytes looked at before they are given back
MOST_SUMS = 1 << 20  # bytes


class Entry:
    """A file of decoded images, checked and mapped.

    Parameters
    ----------
    folder : Path
        Of the entry.
    header : Header
    file : int
        Its descriptor, open for reading.
    equal : (N,) int64
        Of each image the first that is equal to it.

    Attributes
    ----------
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


def _read_sums(path: Path, key: str) -> dict[str, str]:
    try:
        with open(path, "rb", opener=open_own) as file:
            found = json.loads(file.read(MOST_SUMS))
        sums = found["sums"] if found["key"] == key else {}
        return {str(k): v for k, v in sums.items() if isinstance(v, str) and len(v) == 64}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
