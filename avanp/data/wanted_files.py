"""Which files are wanted, and what is known of them once they are decoded."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from avanp.data.facts import Facts
from avanp.data.size import Size

# Files and bytes from which it pays to keep what is decoded, and to start processes for it.
KEPT, HELPED = (1000, 1 << 24), (5000, 1 << 26)
Shape = tuple[int, int, int, int]


@dataclass(frozen=True)
class Files:
    """What is read: files of a folder, what they are made, and their bytes and digest.

    `some`: they are not all of the folder's that are meant.
    """

    folder: str
    files: Sequence[str]
    size: Size | None
    channels: int
    nbytes: int
    digest: str
    some: bool

    def at_least(self, bounds: tuple[int, int]) -> bool:
        """Whether there are so many files, or bytes of them."""
        return len(self.files) >= bounds[0] or self.nbytes >= bounds[1]

    def key_of(self, channels: int) -> str:
        """Return the key in the cache of these files with so many channels."""
        return hashlib.blake2b(f"{self.digest} {channels}".encode(), digest_size=16).hexdigest()

    @property
    def source(self) -> str:
        """What the cache calls it."""
        size = "" if self.size is None else f" at {self.size[0]}x{self.size[1]}"
        grey = " grey" if self.channels == 1 else ""
        part = f", {len(self.files)} of its files" if self.some else ""
        return f"{os.path.realpath(self.folder)!r}{part}{size}{grey}"


class Found(NamedTuple):
    """What is known of the images, a sum of each chunk, and how many files have further frames."""

    facts: Facts
    sums: list[int]
    paged: int
