"""IDX, NPZ and CIFAR-10 files."""

import gzip
import io
import json
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from avanp.data.readers.cifar import RECORD, read_cifar_batch, read_labels, read_sheet
from avanp.data.readers.idx import read_idx
from avanp.data.resolve import resolve
from avanp.metrics.vgg16 import VGG16
from fuzz.forms import gzipped, json_value, png, zipped
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
    Target("cifar-batch", whole_records, read_cifar_batch, batches),
    Target("cifar-sheet", file("a.png"), read_sheet, sheets, 1024, png),
    Target("cifar-labels", file("a.json"), lambda path: read_labels(path, 10), label_lists, 64,
           json_value, (b"[", b"]", b",")),
]  # fmt: skip
