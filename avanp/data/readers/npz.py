"""NPZ: arrays by name in a zip archive, never a pickle."""

import os
import warnings
import zipfile
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy

from avanp.data.readers.guard import bounded, damaged, opened
from avanp.data.size import MAX_RATIO
from avanp.errors import AvanpError

HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_npz(path: str | os.PathLike[str], names: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the arrays of an NPZ file that are called `names`, those of them that are there.

    Parameters
    ----------
    path : str or path
        The file.
    names : sequence of str
        What is read; the rest is left alone.

    Raises
    ------
    AvanpError
        No zip archive, Python objects (which would be a pickle), an array longer or shorter than
        its header says, or larger than the limit of `avanp.data.size`.
    """
    name = os.fspath(path)
    with opened(name) as file:
        try:
            archive = zipfile.ZipFile(file)
        except zipfile.BadZipFile:
            raise AvanpError(f"{name!r} is not an .npz file: it is no zip archive") from None
        outside = os.fstat(file.fileno()).st_size
        with archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy's, of headers that Python 2 wrote
            members = {info.filename: info for info in archive.infolist()}
            return {
                key: _read(archive, members[f"{key}.npy"], f"{name}:{key}", outside)
                for key in names
                if f"{key}.npy" in members
            }


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, outside: int) -> np.ndarray:
    """Read one array; the archive is a file of `outside` bytes."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise AvanpError(f"{name!r} is packed by another method than deflate: save it anew")
    with archive.open(info) as member:
        dtype, size = _header(member, info, name)  # type: ignore[arg-type]
    if dtype.hasobject:
        raise AvanpError(f"{name!r} holds Python objects, which are not read: store plain numbers")
    if size != info.file_size:
        raise damaged(name, f"its header promises {size} bytes, the archive {info.file_size}")
    if size > outside * (MAX_RATIO if info.compress_type else 1):
        raise damaged(name, f"{size} bytes are promised, and the file is too small to hold them")
    with archive.open(info) as member:
        return npy.read_array(member, allow_pickle=False)


def _header(member: BinaryIO, info: zipfile.ZipInfo, name: str) -> tuple[np.dtype, int]:
    """Return the type of the values, and the bytes that header and values should take."""
    version = npy.read_magic(member)
    if version not in HEADERS:
        raise AvanpError(f"{name!r} is of .npy version {version}: store plain arrays of numbers")
    shape, _, dtype = HEADERS[version](member)
    return dtype, member.tell() + bounded(shape, dtype.itemsize, name)
