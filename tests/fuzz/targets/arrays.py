"""IDX, NPZ, MATLAB and CIFAR-10 files."""

import gzip
import io
import json
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from avanp.data.readers.cifar import RECORD, read_cifar_batch, read_labels, read_sheet
from avanp.data.readers.idx import read_idx
from avanp.data.readers.matlab import read_matlab
from avanp.data.resolve import resolve
from avanp.metrics.vgg16 import VGG16
from fuzz.forms import gzipped, json_value, matlab, png, zipped
from fuzz.target import Target, file

RNG = np.random.default_rng(2)
NPY = (b"'descr': '|O'", b"'<f8'", b"'|V0'", b"'|S0'", b"'|u1'", b"True", b"(1,)", b"()", b"(0,)")


class Canary:
    """What a pickle would run: it leaves a file beside the folder."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch ../x",)


def idx(*shape: int) -> bytes:
    """Return an IDX file of bytes."""
    values = RNG.integers(0, 256, shape, dtype=np.uint8).tobytes()
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + values


def gzipped_idx() -> list[bytes]:
    arrays = idx(2, 3, 4), idx(5), idx(20, 28, 28), bytes(1 << 18)
    return [gzip.compress(data, mtime=0) for data in arrays]


def npz(compressed: bool = False, **arrays: Any) -> bytes:
    """Return an .npz file."""
    out = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(out, **arrays)
    return out.getvalue()


def npzs() -> list[bytes]:
    images = RNG.integers(0, 256, (3, 4, 5, 3), dtype=np.uint8)
    pickled = np.array([Canary()], dtype=object)
    return [
        npz(images=images),
        npz(compressed=True, images=images[..., :1], labels=np.array([4, 4, 9])),
        npz(images=images[..., 0] > 99, labels=np.array([0, 1, 1], np.uint8)),
        npz(images=np.asfortranarray(images)),
        npz(images=pickled),
        npz(images=images, labels=pickled),
        npz(images=np.zeros(3, [("a", "u1"), ("b", "f4")])),
        npz(compressed=True, images=np.zeros((4, 100, 100), np.uint8)),
    ]


def read_npz_file(path: Path) -> None:
    resolve(path, (6, 6) if path.stat().st_size % 2 else None)


def matrix(name: bytes, values: np.ndarray, kind: int, stored: int, flags: int = 0) -> bytes:
    """Return a matrix of a MATLAB file as an element."""

    def part(element: int, content: bytes) -> bytes:
        return struct.pack("<II", element, len(content)) + content + bytes(-len(content) % 8)

    shape = struct.pack(f"<{values.ndim}i", *values.shape)
    head = part(6, struct.pack("<II", kind | flags, 0)) + part(5, shape) + part(1, name)
    body = head + part(stored, values.tobytes("F"))
    return struct.pack("<II", 14, len(body)) + body


def mats() -> list[bytes]:
    values = RNG.integers(0, 9, (3, 4), dtype=np.uint8)
    top = b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM"
    x, y = matrix(b"x", values, 9, 2), matrix(b"y", values[:1].astype(np.float64), 6, 9)
    packed = [struct.pack("<II", 15, len(z)) + z for z in (zlib.compress(x), zlib.compress(y))]
    small = matrix(b"x", values[:1, :1], 9, 2, 0x200)
    bomb = zlib.compress(matrix(b"x", np.zeros((100, 4000), np.uint8), 9, 2))
    return [
        top + x + y,
        top + b"".join(packed),
        top + small + y,
        top + matrix(b"x", values.astype(np.uint16), 11, 4, 0x800) + y,
        top + struct.pack("<II", 15, len(bomb)) + bomb + y,
    ]


def batches() -> list[bytes]:
    records = RNG.integers(0, 10, (2, RECORD), dtype=np.uint8)
    return [records[:1].tobytes(), records.tobytes()]


def whole_records(data: bytes, folder: Path) -> Path:
    """Write mostly whole records, so that more than the size is looked at."""
    return file("a.bin")(data[: len(data) // RECORD * RECORD] if len(data) % 3 else data, folder)


def sheets() -> list[bytes]:
    found = []
    for mode, shape in (("RGB", (2, 1024, 3)), ("L", (1, 1024)), ("RGBA", (1, 1024, 4))):
        out = io.BytesIO()
        Image.fromarray(RNG.integers(0, 3, shape, dtype=np.uint8), mode=None).save(out, "PNG")
        found.append(out.getvalue())
        assert Image.open(out).mode == mode
    return found


def label_lists() -> list[bytes]:
    return [json.dumps([0, 1, 9, 4]).encode(), b"[]", b"[true]", b"[1.0]", b'{"a": 1}']


def vgg16_files() -> list[bytes]:
    kernels = RNG.standard_normal((3, 3, 3, 64)).astype(np.float32)
    return [npz(**{"conv1_1.W": kernels, "conv1_1.b": kernels[0, 0, 0]}), npz(images=kernels)]


TARGETS = [
    Target("vgg16", file("a.npz"), lambda path: VGG16(path, ("relu1_1",)), vgg16_files, 64, zipped,
           NPY),
    Target("idx", file("a"), read_idx, lambda: [idx(2, 3, 4), idx(5), idx(1, 2, 3, 4)]),
    Target("idx-gz", file("a"), read_idx, gzipped_idx, 128, gzipped),
    Target("npz", file("a.npz"), read_npz_file, npzs, 128, zipped, NPY),
    Target("mat", file("a.mat"), lambda path: read_matlab(path, ["x", "y"]), mats, 128, matlab),
    Target("cifar-batch", whole_records, read_cifar_batch, batches),
    Target("cifar-sheet", file("a.png"), read_sheet, sheets, 1024, png),
    Target("cifar-labels", file("a.json"), lambda path: read_labels(path, 10), label_lists, 64,
           json_value, (b"[", b"]", b",")),
]  # fmt: skip
