"""A set of images in an .npz file."""

from pathlib import Path

import numpy as np

from avanp.data.images import ImageSet, Rows, numbered
from avanp.data.readers.npz import read_npz
from avanp.errors import AvanpError

KERAS = ("x_train", "x_test", "y_train", "y_test")


def from_npz(path: str) -> ImageSet:
    """Read ``images`` and perhaps ``labels``; or Keras' four arrays, whose parts are the set's."""
    arrays = read_npz(path, ["images", "labels", *KERAS])
    images, labels = arrays.get("images"), arrays.get("labels")
    splits: dict[str, Rows] = {}
    if images is None:
        if not {"x_train", "x_test"} <= arrays.keys():
            raise AvanpError(f"{path!r} has no array 'images', and no 'x_train' and 'x_test'")
        images = _joined(path, arrays["x_train"], arrays["x_test"])
        if {"y_train", "y_test"} <= arrays.keys():
            labels = _joined(path, arrays["y_train"], arrays["y_test"])
        n = len(arrays["x_train"])
        splits = {"train": slice(0, n), "test": slice(n, None)}
    if images.dtype == bool:
        images = images * np.uint8(255)
    if images.ndim == 3:
        images = images[..., None]
    if labels is not None and labels.shape == (*images.shape[:1], 1):
        labels = labels[:, 0]
    whole = labels is not None and np.issubdtype(labels.dtype, np.integer)
    if labels is not None and not (whole and labels.shape == images.shape[:1]):
        raise AvanpError(f"{path!r}: labels must be one whole number an image")
    numbers, labels = (None, None) if labels is None else np.unique(labels, return_inverse=True)
    return ImageSet(
        Path(path).stem,
        images,
        numbered(len(images)),
        path,
        labels=labels,
        classes=() if numbers is None else tuple(map(str, numbers)),
        splits=splits,
    )


def _joined(path: str, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    if train.ndim == 0 or train.shape[1:] != test.shape[1:] or train.dtype != test.dtype:
        raise AvanpError(f"{path!r}: training and test arrays are of two kinds")
    if not (len(train) and len(test)):
        raise AvanpError(f"{path!r}: the training or the test array is empty")
    return np.concatenate([train, test])
