"""Damaged images: which pixels are known, and what stands in the holes."""

import os
import re

import numpy as np

from avanp.data.decode import read_image
from avanp.errors import AvanpError

Array = np.ndarray
LEAST_NOISE, MOST_NOISE = 1e-4, 1e4  # beyond, the energy of float32 values is not finite


def read_mask(text: str, size: tuple[int, int], drawn_for: tuple[int, int] | None = None) -> Array:
    """Return which pixels are known, (H, W) bool, from ``"x,y,w,h"`` or an image file.

    Parameters
    ----------
    text : str
        The rectangle that is missing: its left and top, counted from 0, width and height. Or a
        picture of the images' size: what is white (128 and above) is missing.
    size : (width, height)
        Of the images.
    drawn_for : (width, height), optional
        What the images were before they were resized. A rectangle is in these pixels, and a picture
        may have this size; both are scaled: a rectangle outwards, a picture to the nearest pixel.
    """
    drawn_for = drawn_for or size
    rectangle = re.fullmatch(",".join(["([0-9]{1,6})"] * 4), text.replace(" ", ""))
    if rectangle:
        x, y, w, h = map(int, rectangle.groups())
        missing = _rectangle(x, y, w, h, size, drawn_for)
    elif re.fullmatch(r"[-\d., ]*", text):
        raise AvanpError(f"mask {text!r} is not x,y,w,h in pixels, such as 4,4,8,8")
    else:
        missing = _painted(text, size, drawn_for)
    if missing.all():
        raise AvanpError(f"mask {text!r} leaves no pixel to go by")
    return ~missing


def _rectangle(
    x: int, y: int, w: int, h: int, size: tuple[int, int], drawn_for: tuple[int, int]
) -> Array:
    (width, height), (wide, high) = size, drawn_for
    if not w or not h or x + w > wide or y + h > high:
        raise AvanpError(f"mask '{x},{y},{w},{h}' is not inside images of {wide}x{high}")
    missing = np.zeros((height, width), bool)
    right, below = -(-(x + w) * width // wide), -(-(y + h) * height // high)  # rounded up
    missing[y * height // high : below, x * width // wide : right] = True
    return missing


def _painted(path: str, size: tuple[int, int], drawn_for: tuple[int, int]) -> Array:
    from PIL import Image

    if not os.path.exists(path):
        raise AvanpError(f"no mask {path!r}: give x,y,w,h or a picture that is white where missing")
    picture = read_image(path)
    height, width = picture.shape[:2]
    if (width, height) not in (size, drawn_for):
        raise AvanpError(
            f"mask {path!r} is {width}x{height}, and the images are {drawn_for[0]}x{drawn_for[1]}: "
            "draw it at their size"
        )
    white = Image.fromarray(picture.mean(axis=2) >= 128)
    missing = np.asarray(white.resize(size, Image.Resampling.NEAREST))
    if not missing.any():
        raise AvanpError(f"mask {path!r} hides nothing: paint white what is missing")
    return missing


def scattered(share: float, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return which pixels are known, (N, H, W) bool, `share` of each image's missing at random."""
    if not 0 < share < 1:
        raise AvanpError(f"the missing share must be between 0 and 1, not {share:g}")
    return rng.random(shape) >= share


def noisy(images: Array, sd: float, rng: np.random.Generator) -> Array:
    """Return images plus normal noise of standard deviation `sd`, not cut to [0, 1]."""
    if not LEAST_NOISE <= sd <= MOST_NOISE:
        raise AvanpError(
            f"the noise must have a standard deviation of {LEAST_NOISE:g} to {MOST_NOISE:g}, "
            f"not {sd:g}"
        )
    return images + images.dtype.type(sd) * rng.standard_normal(images.shape, images.dtype)


def filled(images: Array, known: Array) -> Array:
    """Return images with each hole at the mean of the image's known pixels, by channel.

    Parameters
    ----------
    images : array (N, H, W, C)
    known : array (N, H, W) of bool
        An image without a known pixel is filled with 0.
    """
    weights = known[..., None].astype(images.dtype)  # (N, H, W, 1)
    counts = np.maximum(weights.sum(axis=(1, 2), keepdims=True), 1)
    means = (images * weights).sum(axis=(1, 2), keepdims=True) / counts
    return np.where(known[..., None], images, means).astype(images.dtype)
