"""MATLAB's version 5 files: matrices of numbers by name.

Read here and not by `scipy.io.loadmat`, which damaged files bring down with the whole process.
"""

import os
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

import numpy as np

from avanp.data.readers.guard import bounded, damaged, opened
from avanp.errors import AvanpError

CLASSES = {
    1: "cell", 2: "struct", 3: "object", 4: "char", 5: "sparse", 6: "double", 7: "single",
    8: "int8", 9: "uint8", 10: "int16", 11: "uint16", 12: "int32", 13: "uint32",
    14: "int64", 15: "uint64", 16: "function", 17: "opaque",
}  # fmt: skip
NUMBERS = range(6, 16)
STORED = {  # element type: how its numbers are stored
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
}  # fmt: skip
MATRIX, COMPRESSED = 14, 15  # element types
HEAD = 4096  # bytes in which a matrix says what it is
LOGICAL, COMPLEX = 0x200, 0x800  # flags


class _Head(NamedTuple):
    name: str
    kind: int
    flags: int
    shape: tuple[int, ...]
    data: int  # where the numbers begin


def read_matlab(path: str | os.PathLike[str], names: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the matrices of a version 5 file that are called `names`; a missing one is an error.

    Parameters
    ----------
    path : str or path
        The file.
    names : sequence of str
        What is read. Cells, structures, objects and functions are not.

    Returns
    -------
    dict of arrays
        In the type they are stored in, which may be smaller than MATLAB's class; logical ones as
        booleans.

    Raises
    ------
    AvanpError
        Another format, a missing name, no matrix of real numbers, elements that do not fit in the
        file or are larger than the limit of `avanp.data.size`.

    Notes
    -----
    MathWorks, MAT-File Format, "Level 5": a header of 128 bytes, then elements, each of a type, a
    length and its content; a matrix holds flags, dimensions, its name and its numbers.
    """
    file_name = os.fspath(path)
    read: dict[str, np.ndarray] = {}
    there = []
    with opened(file_name) as file:
        order = _order(file, file_name)
        for kind, length in _elements(file, order, file_name):
            if kind not in (MATRIX, COMPRESSED):
                continue
            content = file.read(length)
            head = _head(_inflated(content, HEAD) if kind == COMPRESSED else content, order)
            there.append(head.name)
            if head.name in names:
                what = f"{file_name!r}: {head.name!r}"
                if head.kind not in NUMBERS or head.flags & COMPLEX:
                    found = "complex" if head.flags & COMPLEX else CLASSES.get(head.kind, "riddle")
                    raise AvanpError(f"{what} is a {found}, not a matrix of numbers")
                most = head.data + 8 + bounded(head.shape, 8, file_name)
                whole = _inflated(content, most) if kind == COMPRESSED else content
                read[head.name] = _numbers(whole, head, order)
    for name in names:
        if name not in read:
            only = ", ".join(map(repr, there)) or "nothing"
            raise AvanpError(f"{file_name!r} has no {name!r}, only {only}")
    return read


def _order(file: BinaryIO, name: str) -> str:
    """Return the order of bytes, "<" or ">"; the header of another format is an error."""
    header = file.read(128)
    order = {b"IM": "<", b"MI": ">"}.get(header[126:128])
    if not header.startswith(b"MATLAB 5.0 MAT-file") or order is None:
        raise AvanpError(f"{name!r} is not a MATLAB version 5 file: save it with -v7")
    return order


def _elements(file: BinaryIO, order: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield the type and length of each element of the file, placed at its content."""
    size = os.fstat(file.fileno()).st_size
    while file.tell() < size:
        tag = np.frombuffer(file.read(8), f"{order}u4")
        if len(tag) < 2 or file.tell() + int(tag[1]) > size:
            raise damaged(name, "an element is longer than the file")
        end = file.tell() + int(tag[1])
        yield int(tag[0]), int(tag[1])
        file.seek(end)


def _inflated(content: bytes, most: int) -> bytes:
    """Return what a compressed element holds without its tag, at most `most` bytes of it."""
    return zlib.decompressobj().decompress(content, 8 + most)[8:]


def _head(content: bytes, order: str) -> _Head:
    """Return what the beginning of a matrix says."""
    flags, at = _part(content, 0, order)
    shape, at = _part(content, at, order)
    name, at = _part(content, at, order)
    if len(flags) < 8 or len(shape) < 8 or len(shape) % 4:
        raise ValueError("a matrix has no dimensions")
    word = int(np.frombuffer(flags, f"{order}u4")[0])
    sizes = tuple(int(n) for n in np.frombuffer(shape, f"{order}i4"))
    return _Head(name.decode("ascii"), word & 0xFF, word, sizes, at)


def _numbers(content: bytes, head: _Head, order: str) -> np.ndarray:
    """Return the numbers of a matrix, column by column in the file."""
    kind = int(np.frombuffer(content, f"{order}u4", 1, head.data)[0]) & 0xFFFF
    values, _ = _part(content, head.data, order)
    if kind not in STORED:
        raise ValueError(f"numbers of the unknown type {kind}")
    numbers = np.frombuffer(values, order + STORED[kind]).reshape(head.shape, order="F")
    if head.flags & LOGICAL:
        return numbers != 0
    return numbers.astype(numbers.dtype.newbyteorder("="))


def _part(content: bytes, at: int, order: str) -> tuple[bytes, int]:
    """Return the content of the element at `at` of a matrix, and where the next one begins."""
    first = int(np.frombuffer(content, f"{order}u4", 1, at)[0])
    if first >> 16:  # up to four bytes stand in the tag itself
        start, length, end = at + 4, first >> 16, at + 8
    else:
        length = int(np.frombuffer(content, f"{order}u4", 1, at + 4)[0])
        start, end = at + 8, at + 8 + length + -length % 8
    if start + length > len(content):
        raise ValueError("it ends within a matrix")
    return content[start : start + length], end
