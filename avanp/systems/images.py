"""Images as a system takes them."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from avanp.data.pixels import Pixels
from avanp.errors import AvanpError
from avanp.layers.base import Array

CHUNK = 500


def check_images(x: Any, shape: tuple[int, int, int], pixel_range: str, dtype: np.dtype) -> Array:
    """Return images (B, H, W, C) as floats; bytes are divided by 255.

    Parameters
    ----------
    x : array (B, H, W, C)
        uint8, or floats.
    shape : (H, W, C)
        Of one image, as it must be.
    pixel_range : str
        "unit", or "real" for any finite numbers.
    dtype : numpy dtype
        What is returned.

    Raises
    ------
    AvanpError
        For another shape or dtype, or values that are not finite or, where the pixel range is
        "unit", not in [0, 1].
    """
    x = np.asarray(x)
    if x.ndim != 4 or x.shape[1:] != shape or len(x) == 0:
        wanted = ", ".join(map(str, shape))
        raise AvanpError(f"images must be (n, {wanted}), (n, H, W, C), not {x.shape}")
    if x.dtype == np.uint8:
        if pixel_range == "real":
            raise AvanpError("a system of pixel_range='real' takes floats, not bytes")
        return as_floats(x, dtype)
    if not np.issubdtype(x.dtype, np.floating):
        raise AvanpError(f"images must be uint8 or floating point, not {x.dtype}")
    low, high = float(x.min()), float(x.max())
    if not max(-low, high) <= float(np.finfo(dtype).max):
        raise AvanpError(f"the images have values that are not finite in {dtype} (NaN or infinity)")
    if pixel_range == "unit" and (low < 0 or high > 1):
        raise AvanpError(f"images must be in [0, 1], not in [{low:g}, {high:g}]")
    return x.astype(dtype, copy=False)


def check_pair(batch: Any, name: str) -> tuple[Any, Array]:
    """Return images and as many labels, (n,), of what a system of this name is given.

    Raises
    ------
    AvanpError
        For anything but such a pair.
    """
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        raise AvanpError(f"{name} takes a pair (images, labels), for validation too")
    images, labels = as_rows(batch[0]), np.asarray(batch[1])
    if labels.shape != images.shape[:1]:
        n = len(images) if images.ndim else 0
        raise AvanpError(f"{n} images need as many labels, ({n},), not {labels.shape}")
    return images, labels


def as_rows(x: Any) -> Any:
    """Return an array, or `Pixels` as they are: both give arrays of the rows that are asked for."""
    return x if isinstance(x, Pixels) else np.asarray(x)


def as_floats(x: Array, dtype: np.dtype) -> Array:
    """Return checked images in `dtype`, bytes divided by 255."""
    if x.dtype == np.uint8:
        return np.divide(x, dtype.type(255), dtype=dtype)
    return x.astype(dtype, copy=False)


def chunks(n: int, most: int = CHUNK) -> Iterator[slice]:
    """Yield slices of at most `most` rows that cover n; of none one, for a check to refuse."""
    for start in range(0, max(n, 1), most):
        yield slice(start, min(n, start + most))


def in_chunks(function: Callable[[Array], Array], x: Array, most: int = CHUNK) -> Array:
    """Return ``function(x)``, computed at most so many rows at a time."""
    return np.concatenate([function(x[rows]) for rows in chunks(len(x), most)])
