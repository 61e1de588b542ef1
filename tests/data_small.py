"""A set in MNIST's form that is small, and the archives it may come in."""

import gzip
import hashlib
import io
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avanp.data.sets import mnist
from avanp.errors import AvanpError

RNG = np.random.default_rng(11)
TRAIN, TEST = 30, 10
PIXELS = RNG.integers(0, 256, (TRAIN + TEST, 28, 28), dtype=np.uint8)
LABELS = RNG.integers(0, 10, TRAIN + TEST).astype(np.uint8)


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


CONTENT = dict(
    zip(
        mnist.FILES,
        map(idx, (PIXELS[:TRAIN], LABELS[:TRAIN], PIXELS[TRAIN:], LABELS[TRAIN:])),
        strict=True,
    )
)


def small_mnist(monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """Let `mnist` be 40 images, in a home of its own; return the user's data folder."""
    card = replace(
        mnist.CARD,
        count=TRAIN + TEST,
        splits={"train": TRAIN, "test": TEST},
        files={name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()},
        label_sha256=hashlib.sha256(LABELS.astype("<i8").tobytes()).hexdigest(),
        pixel_sha256=hashlib.sha256(b"40,28,28,1;" + PIXELS.tobytes()).hexdigest(),
    )
    monkeypatch.setattr(mnist, "CARD", card)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("AVANP_DATA", raising=False)
    monkeypatch.delenv("AVANP_MIRROR", raising=False)
    return home / ".local/share/avanp"


def tar(path: Path, members: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> Path:
    """Write a gzipped tar archive whose members are all of one kind."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.type = len(content) if kind == tarfile.REGTYPE else 0, kind
            info.linkname = "/etc/passwd"
            archive.addfile(info, io.BytesIO(content))
    return path


def zipped(path: Path, members: dict[str, bytes], mode: int = 0o100644) -> Path:
    """Write a zip archive whose members have a mode of Unix."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content)
    return path


def in_package(zip_each: bool = False) -> dict[str, bytes]:
    """Return the files as an npm package has them, beside others."""
    pack = gzip.compress if zip_each else bytes
    suffix = ".gz" if zip_each else ""
    files = {f"package/data/{name}{suffix}": pack(content) for name, content in CONTENT.items()}
    return {"package/package.json": b"{}", **files, "package/readme.md": b"# digits"}


@contextmanager
def well_or_in_one_line() -> Iterator[None]:
    """Run a block that must end well, or with an `AvanpError` of one line."""
    try:
        yield
    except AvanpError as error:
        if len(str(error).splitlines()) != 1:
            raise AssertionError(f"an error of several lines: {error}") from error
