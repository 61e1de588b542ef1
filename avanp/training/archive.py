"""Named arrays and one JSON document in a file: .npz, or .safetensors. Never pickle."""

import io
import json
import os
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from avanp.data.readers.guard import Clamped
from avanp.errors import AvanpError, extra
from avanp.files import regular, write_whole

Array = np.ndarray
DOCUMENT = "avanp.json"
SUM = "crc32"  # of all arrays of a .safetensors, in its document; those of .npz have one each
SUFFIXES = (".npz", ".safetensors")


def write(path: Path, document: dict[str, Any], arrays: dict[str, Array]) -> None:
    """Write the file whole; equal contents make equal bytes."""
    if _suffix(path) == ".safetensors":
        library = _safetensors()
        plain = {k: np.ascontiguousarray(a).reshape(np.shape(a)) for k, a in arrays.items()}
        text = json.dumps({**document, SUM: _sum(plain)}, sort_keys=True)
        write_whole(path, library.numpy.save(plain, {DOCUMENT: text}))
        return
    content = io.BytesIO()
    text = json.dumps(document, sort_keys=True)
    np.savez(content, **{DOCUMENT: np.frombuffer(text.encode(), np.uint8)}, **arrays)  # type: ignore[arg-type]
    write_whole(path, content.getvalue())


def read_document(path: Path) -> tuple[dict[str, Any], int]:
    """Return the JSON document alone, and the number of arrays beside it."""
    document, arrays = _read(path, with_arrays=False)
    return document, len(arrays)


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return document and arrays.

    Raises
    ------
    AvanpError
        Where the file is not there, not of this kind, cut short, or larger inside than outside.
    """
    return _read(path, with_arrays=True)


def _read(path: Path, with_arrays: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    regular(os.fspath(path))
    reader = _read_safetensors if _suffix(path) == ".safetensors" else _read_npz
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy's, of headers that Python 2 wrote
            text, arrays = reader(path, with_arrays)
        document = json.loads(text)
    except AvanpError:
        raise
    except OSError as error:
        raise AvanpError(f"cannot read {str(path)!r}: {error.strerror or error}") from None
    except Exception as error:
        # Damaged files fail in zipfile, NumPy, json and safetensors in many ways.
        reason = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
        raise AvanpError(f"{str(path)!r} is damaged or no checkpoint: {reason}") from None
    if not isinstance(document, dict):
        raise AvanpError(f"{str(path)!r} is no checkpoint: its {DOCUMENT} is no JSON object")
    total = document.pop(SUM, None)  # none in files of earlier versions
    if with_arrays and total is not None and total != _sum(arrays):
        raise AvanpError(f"{str(path)!r} is damaged: its arrays are not those that were written")
    return document, arrays


def _read_npz(path: Path, with_arrays: bool) -> tuple[str, dict[str, Any]]:
    outside = os.path.getsize(path)
    arrays: dict[str, Any] = {}
    with Clamped(os.fspath(path)) as file, zipfile.ZipFile(file) as archive:
        members = {m.filename.removesuffix(".npy"): m for m in archive.infolist()}
        # Stored members cannot unfold into more than the file itself.
        packed = any(m.compress_type != zipfile.ZIP_STORED for m in members.values())
        if packed or sum(m.file_size for m in members.values()) > outside:
            raise AvanpError(f"{str(path)!r} is no checkpoint of avanp: its arrays are compressed")
        if DOCUMENT not in members:
            raise AvanpError(f"{str(path)!r} is no checkpoint of avanp: it has no {DOCUMENT}")
        for name, member in members.items():
            arrays[name] = None
            if with_arrays or name == DOCUMENT:
                with archive.open(member) as stream:
                    arrays[name] = _array(stream, member.file_size)
    return arrays.pop(DOCUMENT).tobytes().decode(), arrays


def _array(stream: Any, size: int) -> Array:
    """Read one .npy member, after comparing what its header announces with its size."""
    version = np.lib.format.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"unknown .npy version {version}")
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, fortran, dtype = read_header(stream)
    if dtype.hasobject or fortran:
        raise ValueError("an array is not plain numbers in C order")
    count = 1
    for n in shape:
        count *= int(n)
    if count * dtype.itemsize != size - stream.tell():
        raise ValueError("an array's header and its length do not agree")
    return np.frombuffer(stream.read(), dtype).reshape(shape)


def _read_safetensors(path: Path, with_arrays: bool) -> tuple[str, dict[str, Any]]:
    library = _safetensors()
    os.stat(path)
    with library.safe_open(path, framework="numpy") as stream:
        text = (stream.metadata() or {}).get(DOCUMENT)
        if text is None:
            raise AvanpError(f"{str(path)!r} is no checkpoint of avanp: it has no {DOCUMENT}")
        keys = list(stream.keys())
        return text, {k: stream.get_tensor(k) if with_arrays else None for k in keys}


def _sum(arrays: dict[str, Array]) -> int:
    total = 0
    for name in sorted(arrays):
        total = zlib.crc32(arrays[name].tobytes(), zlib.crc32(name.encode(), total))
    return total


def _suffix(path: Path) -> str:
    if path.suffix not in SUFFIXES:
        raise AvanpError(f"a checkpoint ends in {' or '.join(SUFFIXES)}, not {path.name!r}")
    return path.suffix


def _safetensors() -> Any:
    try:
        import safetensors
        import safetensors.numpy
    except ImportError:
        raise AvanpError(
            f"safetensors is not installed: {extra('safetensors')}, or use .npz"
        ) from None
    return safetensors
