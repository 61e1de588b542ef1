"""From a model's floats to the bytes of a picture."""

import numpy as np

from avanp.errors import AvanpError

Array = np.ndarray


def to_bytes(images: Array) -> Array:
    """Return images (N, H, W, C) in [0, 1] as uint8, rounded; values outside are clipped."""
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[3] not in (1, 3):
        raise AvanpError(f"pictures need images (N, H, W, 1) or (N, H, W, 3), not {images.shape}")
    if images.dtype == np.uint8:
        return images
    # A NaN has no colour: it is drawn black.
    scaled = np.nan_to_num(images, nan=0.0).clip(0, 1) * 255
    return np.rint(scaled, out=scaled).astype(np.uint8)


def to_rgb(images: Array) -> Array:
    """Return images as (N, H, W, 3) uint8; grey ones are repeated."""
    pixels = to_bytes(images)
    return np.repeat(pixels, 3, axis=3) if pixels.shape[3] == 1 else pixels
