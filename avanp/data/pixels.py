"""The pixels of a set: rows of one array, taken when they are asked for."""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from avanp.data.facts import Facts, Stored
from avanp.data.grouping import identical

Rows = slice | np.ndarray
PIECE = 1 << 24  # bytes that a pass over all pixels takes at a time


class Pixels:
    """Images (n, H, W, C), bytes: all of an array, or those of some of its rows.

    A part of a set is row numbers, not a copy: ``pixels[rows]`` copies the rows that are asked for,
    such as a batch. Where an array is wanted, NumPy makes one (`whole`).

    Parameters
    ----------
    array : (N, H, W, C) uint8
        In memory or in a file.
    rows : (n,) int64, optional
        Which of them, in which order; all, if not given.
    stored : optional
        The file that `array` lies in.
    facts : Facts, optional
        Of `array`, where they are known.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(
        self,
        array: np.ndarray,
        rows: np.ndarray | None = None,
        stored: Stored | None = None,
        facts: Facts | None = None,
    ) -> None:
        self.array, self.rows, self._stored, self._facts = array, rows, stored, facts

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, H, W, C)."""
        return len(self), *self.array.shape[1:]

    def __len__(self) -> int:
        return len(self.array) if self.rows is None else len(self.rows)

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return images as an array: of a number, a slice or an array of row numbers."""
        found = self.array[key if self.rows is None else self.rows[key]]
        if self._stored is not None:
            self._stored.taken(found.nbytes)
        return found

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[i] for i in range(len(self)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.whole, dtype, copy=copy)

    @cached_property
    def whole(self) -> np.ndarray:
        """All images in one array; of a part a copy, which is made once and stays."""
        return self.array if self.rows is None else self.array[self.rows]

    def select(self, rows: Rows) -> "Pixels":
        """Return the images of `rows`, a slice or indices, none of them copied."""
        chosen = np.arange(len(self)) if self.rows is None else self.rows
        return Pixels(self.array, chosen[rows], self._stored, self._facts)

    def pieces(self) -> Iterator[np.ndarray]:
        """Yield all images in order, some at a time."""
        step = max(1, PIECE // max(1, int(np.prod(self.array.shape[1:]))))
        for start in range(0, len(self), step):
            yield self[start : start + step]

    @property
    def size(self) -> int:
        """The number of bytes, as of an array."""
        return int(np.prod(self.shape))

    @cached_property
    def most(self) -> int:
        """The largest byte, before images were made grey."""
        if self._facts is not None and self.rows is None:
            return self._facts.most
        return max(int(piece.max()) for piece in self.pieces())

    @cached_property
    def grey(self) -> bool:
        """Whether the images are RGB and have no colour: red, green and blue are the same."""
        if self.shape[3] != 3:
            return False
        if self._facts is not None and (self._facts.grey or self.rows is None):
            return self._facts.grey
        return all(is_grey(image) for image in self)

    def first_channel(self) -> "Pixels":
        """Return the first channel of all images, not copied: of grey ones all that they have."""
        return Pixels(self.array[..., :1], self.rows, self._stored, self._facts)

    @cached_property
    def equal(self) -> np.ndarray:
        """(n,): of each image the first that is equal to it, pixel by pixel, by its place here."""
        if self._facts is None:
            return identical(self)
        known = self._facts.equal if self.rows is None else self._facts.equal[self.rows]
        _, first, inverse = np.unique(known, return_index=True, return_inverse=True)
        return first[inverse.reshape(-1)]

    @cached_property
    def sha256(self) -> str:
        """Hex SHA-256 over ASCII ``"n,H,W,C;"`` and the bytes."""
        name = f"{self.shape[3]} " + (
            "all" if self.rows is None else hashlib.sha256(self.rows.tobytes()).hexdigest()
        )
        known = None if self._stored is None else self._stored.sum_of(name)
        if known is not None:
            return known
        digest = hashlib.sha256((",".join(map(str, self.shape)) + ";").encode("ascii"))
        for piece in self.pieces():
            digest.update(np.ascontiguousarray(piece).data)
        if self._stored is not None:
            self._stored.remember(name, digest.hexdigest())
        return digest.hexdigest()


def luma(images: np.ndarray) -> np.ndarray:
    """Return (..., 1) uint8 grey of (..., 3) uint8 RGB: 0.299 R + 0.587 G + 0.114 B, rounded."""
    weights = (19595, 38470, 7471)  # of 65536; they sum to it, so that grey stays what it is
    out = np.empty((*images.shape[:-1], 1), np.uint8)
    for start in range(0, len(images), 64):  # a few at a time: the sums take four bytes a value
        some = images[start : start + 64]
        total = sum(w * some[..., c].astype(np.uint32) for c, w in enumerate(weights))
        out[start : start + 64, ..., 0] = (total + 32768) >> 16
    return out


def is_grey(pixels: np.ndarray) -> bool:
    """Return whether (..., 3) values are the same in all three channels."""
    same: bool = np.array_equal(pixels[..., 0], pixels[..., 1])
    return same and np.array_equal(pixels[..., 1], pixels[..., 2])
