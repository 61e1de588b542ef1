"""IDX, the format of MNIST: a magic number, the sizes, the bytes; also gzipped."""

import gzip
import os
from typing import BinaryIO

import numpy as np

from avanp.data.readers.guard import bounded, damaged, fill, opened
from avanp.data.size import MAX_RATIO
from avanp.errors import AvanpError

TYPES = {8: "bytes", 9: "signed bytes", 11: "int16", 12: "int32", 13: "float32", 14: "float64"}


def read_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """Return the uint8 array of an IDX file, gzipped or not.

    Parameters
    ----------
    path : str or path
        The file; whether it is gzipped is seen from its first bytes.

    Raises
    ------
    AvanpError
        Another magic number, values other than bytes, fewer or more bytes than the header
        promises, or more than the limit of `avanp.data.size`.

    Notes
    -----
    http://yann.lecun.com/exdb/mnist: two zero bytes, the type, the number of dimensions, each
    size as a big-endian 32-bit number, then the values in C order.
    """
    name = os.fspath(path)
    with opened(name) as file:
        size = os.fstat(file.fileno()).st_size
        zipped = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not zipped:
            return _read(file, name, size)
        with gzip.open(file) as inner:
            return _read(inner, name, size * MAX_RATIO)  # type: ignore[arg-type]


def _read(file: BinaryIO, name: str, most: int) -> np.ndarray:
    """Read an array from `file`, which holds no more than `most` bytes."""
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES or not 1 <= magic[3] <= 4:
        raise AvanpError(f"{name!r} is not an IDX file: its first bytes are {magic.hex(' ')!r}")
    if magic[2] != 8:
        raise AvanpError(f"{name!r} holds {TYPES[magic[2]]}, and images and labels are bytes")
    header = file.read(4 * magic[3])
    if len(header) < 4 * magic[3]:
        raise damaged(name, "it ends in its header")
    shape = tuple(int(n) for n in np.frombuffer(header, ">u4"))
    total = bounded(shape, 1, name)
    if 4 + len(header) + total > most:
        raise damaged(name, f"{total} bytes are promised, and the file is too small to hold them")
    values = fill(file, total, name).reshape(shape)
    if file.read(1):
        raise damaged(name, f"there is more in it than the {total} bytes its header promises")
    return values
