"""Named sets by their files: MNIST's four, and the silhouettes' one, small here."""

import hashlib
import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.io import savemat

from avanp.data.sets import caltech101, mnist
from fuzz.target import Target, file
from fuzz.targets.arrays import RNG, idx

IMAGES = 2  # of each part
PARTS = {name: (part, IMAGES) for name, (part, _) in caltech101.PARTS.items()}
LABELS = b"\0\0\x08\x01\0\0\0\x02\x03\x09"
SMALL = replace(caltech101.CARD, count=3 * IMAGES)
SPLITS = {"train": IMAGES, "test": IMAGES}


def place(name: str, folder: Path) -> Path:
    """Return the folder in which a set is found."""
    os.environ |= {"AVANP_DATA": str(folder), "XDG_DATA_HOME": str(folder / "none")}
    (folder / name).mkdir()
    return folder / name


def put_mnist(data: bytes, folder: Path) -> None:
    """Write the training images or labels, by how many dimensions there are, and good others."""
    there = place("mnist", folder)
    good = [idx(IMAGES, 28, 28), LABELS] * 2
    for i, name in enumerate(mnist.FILES):
        file(name)(data if i == (data[3:4] != b"\3") else good[i], there)


def read_mnist(_: None) -> None:
    card = replace(mnist.CARD, count=2 * IMAGES, splits=SPLITS)
    labels = mnist.read_four(card, tuple("0123456789")).labels
    assert labels is not None
    assert labels.max() <= 9


def silhouettes() -> list[bytes]:
    parts: dict[str, np.ndarray] = {}
    for part, _ in PARTS.values():
        parts[f"{part}_data"] = RNG.integers(0, 2, (IMAGES, caltech101.SIDE**2)).astype(np.uint8)
        parts[f"{part}_labels"] = RNG.integers(1, 102, (IMAGES, 1))
    out = io.BytesIO()
    savemat(out, parts)
    return [out.getvalue()]


SILHOUETTES = silhouettes()


def put_silhouettes(data: bytes, folder: Path) -> None:
    """Write the one file that is known, or another, which must not come as far as SciPy."""
    file(caltech101.FILE)(data, place("caltech101-silhouettes", folder))
    caltech101.PARTS, caltech101.CARD = PARTS, SMALL
    caltech101.SHA256 = hashlib.sha256(SILHOUETTES[0]).hexdigest()


TARGETS = [
    Target("mnist", put_mnist, read_mnist, lambda: [idx(IMAGES, 28, 28), LABELS]),
    Target("silhouettes", put_silhouettes, lambda _: caltech101.caltech101_silhouettes(),
           lambda: SILHOUETTES),
]  # fmt: skip
