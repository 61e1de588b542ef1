"""CIFAR-10's two forms: its own binary batches, and sheets with an image a row."""

import json
import os

import numpy as np

from avanp.data.decode import image_size, read_image
from avanp.data.readers.guard import damaged, fill, opened
from avanp.data.size import MAX_BYTES
from avanp.errors import AvanpError

SIDE = 32
RECORD = 1 + 3 * SIDE * SIDE  # bytes: the label, then the red, the green and the blue plane
MAX_LABELS = 1 << 24  # bytes of JSON


def read_cifar_batch(path: str | os.PathLike[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the images and labels of a binary batch (``data_batch_1.bin``).

    Returns
    -------
    (N, 32, 32, 3) uint8, (N,) int64
        RGB images, and their labels 0..9.

    Raises
    ------
    AvanpError
        A file that is not a whole number of records, or has other labels.
    """
    name = os.fspath(path)
    with opened(name) as file:
        size = os.fstat(file.fileno()).st_size
        if size == 0 or size % RECORD or size > MAX_BYTES:
            raise AvanpError(
                f"{name!r} is not a CIFAR-10 batch: {size} bytes are not N times {RECORD}"
            )
        records = fill(file, size, name).reshape(-1, RECORD)
    labels = records[:, 0].astype(np.int64)
    if labels.max() > 9:
        raise damaged(name, f"a label is {labels.max()}, and CIFAR-10 has 0..9")
    planes = records[:, 1:].reshape(-1, 3, SIDE, SIDE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels


def read_sheet(path: str | os.PathLike[str]) -> np.ndarray:
    """Return the (N, 32, 32, 3) uint8 images of a picture of N rows of 1024 pixels, one each."""
    name = os.fspath(path)
    width, height = image_size(name)
    if width != SIDE * SIDE:
        raise AvanpError(f"{name!r} is {width}x{height}: a sheet has {SIDE * SIDE} pixels a row")
    return read_image(name).reshape(height, SIDE, SIDE, 3)


def read_labels(path: str | os.PathLike[str], classes: int) -> np.ndarray:
    """Return the (N,) int64 labels of a JSON file that holds a list of numbers below `classes`."""
    name = os.fspath(path)
    with opened(name) as file:
        text = file.read(MAX_LABELS + 1)
        if len(text) > MAX_LABELS:
            raise AvanpError(f"{name!r} is larger than {MAX_LABELS >> 20} MiB of labels")
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            raise AvanpError(f"{name!r} is not JSON: labels are a list of numbers") from None
    if not isinstance(values, list) or not all(type(v) is int and 0 <= v < classes for v in values):
        raise AvanpError(f"{name!r} must hold a list of whole numbers 0..{classes - 1}")
    return np.array(values, np.int64)
