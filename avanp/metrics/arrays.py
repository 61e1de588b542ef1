"""What the metrics ask of their arrays: images in [0, 1], and features that fit together."""

from collections.abc import Iterator

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError

Array = np.ndarray


# Images that are converted at once.
BATCH = 64


def plain_images(name: str, images: Array | ImageSet) -> Array:
    """Return the array, of floats or bytes, not converted; an empty one is refused."""
    array = images.images if isinstance(images, ImageSet) else np.asarray(images)
    if array.size == 0:
        raise AvanpError(f"{name} is empty")
    return array


def unit_images(name: str, images: Array | ImageSet) -> Array:
    """Return images as floats in [0, 1]; uint8 is divided by 255, anything else is refused."""
    array = plain_images(name, images)
    if array.dtype == np.uint8:
        return array / np.float32(255)
    if array.dtype not in (np.float32, np.float64):
        raise AvanpError(f"{name} must be float32, float64 or uint8, not {array.dtype}")
    if not (array.min() >= 0 and array.max() <= 1):
        raise AvanpError(f"{name} must have values in [0, 1] (or be uint8)")
    return array


def image_pairs(
    images: Array | ImageSet, references: Array | ImageSet
) -> Iterator[tuple[Array, Array]]:
    """Yield two batches (N, H, W, C) of one shape, part by part, as float64 in [0, 1]."""
    x, y = plain_images("images", images), plain_images("references", references)
    if x.ndim != 4 or x.shape != y.shape:
        raise AvanpError(
            f"images {x.shape} and references {y.shape} must be (N, H, W, C) of one shape"
        )
    for start in range(0, len(x), BATCH):
        part = slice(start, start + BATCH)
        yield (
            unit_images("images", x[part]).astype(np.float64),
            unit_images("references", y[part]).astype(np.float64),
        )


def feature_pairs(generated: Array, real: Array, least: int) -> tuple[Array, Array]:
    """Return two sets of features (N, D) as float64, centred on the real ones' mean.

    Distances do not change by it, and lose less to rounding.

    Parameters
    ----------
    least : int
        The smallest number of rows that each set may have.
    """
    a, b = np.array(generated, np.float64), np.array(real, np.float64)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise AvanpError(f"features must be (N, D) with one D, not {a.shape} and {b.shape}")
    if min(len(a), len(b)) < least:
        raise AvanpError(f"needs at least {least} rows of each, not {len(a)} and {len(b)}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise AvanpError("features must be finite")
    centre = b.mean(axis=0)
    a -= centre
    b -= centre
    return a, b
