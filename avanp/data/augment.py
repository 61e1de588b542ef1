"""Random changes of images that leave their class as it is: flips, rotation, zoom, contrast."""

from typing import Literal

import numpy as np
from scipy import ndimage

Array = np.ndarray
Flips = Literal["none", "horizontal", "both"]


def augmented(
    images: Array,
    rng: np.random.Generator,
    *,
    flips: Flips = "none",
    rotation: float = 0.0,
    zoom: float = 0.0,
    contrast: float = 0.0,
) -> Array:
    """Return changed images (B, H, W, C) of the same dtype, each by draws of its own.

    What turns out of the frame comes in mirrored at the border; pixels between pixels are
    bilinear. As the layers of Keras do, one after another: flips, rotation, zoom, contrast.

    Parameters
    ----------
    images : array (B, H, W, C)
        Floats in [0, 1]; they stay as they are.
    rng : numpy.random.Generator
    flips : {"none", "horizontal", "both"}
        Left and right exchanged in half of the images; "both": top and bottom too.
    rotation : float
        The largest angle either way, as a share of a whole turn.
    zoom : float
        Height and width are each scaled by a factor from 1 - zoom to 1 + zoom; below 1.
    contrast : float
        The distance from each channel's mean is multiplied by 1 - contrast to 1 + contrast, and
        the result held to [0, 1].
    """
    x = images
    n = len(x)
    if flips != "none":
        x = _flipped(x, rng.random(n) < 0.5, 2)
    if flips == "both":
        x = _flipped(x, rng.random(n) < 0.5, 1)
    if rotation or zoom:
        angles = 2 * np.pi * rotation * rng.uniform(-1, 1, n)
        scales = 1 + zoom * rng.uniform(-1, 1, (n, 2))
        x = np.stack([transformed(*one) for one in zip(x, angles, scales, strict=True)])
    if contrast:
        factors = (1 + contrast * rng.uniform(-1, 1, (n, 1, 1, 1))).astype(x.dtype)
        mean = x.mean(axis=(1, 2), keepdims=True)
        x = np.clip((x - mean) * factors + mean, 0, 1)
    return x


def transformed(image: Array, angle: float, scale: Array) -> Array:
    """Return an image (H, W, C) turned about its centre and made larger.

    Parameters
    ----------
    image : array (H, W, C)
    angle : float
        Radians, against the clock.
    scale : (float, float)
        Of height and width; above 1 it is enlarged.
    """
    cosine, sine = np.cos(angle), np.sin(angle)
    # From a place in the new image to the place in the old one: rows, columns.
    matrix = np.array([[cosine, sine], [-sine, cosine]]) / np.asarray(scale)
    centre = (np.array(image.shape[:2]) - 1) / 2
    offset = centre - matrix @ centre
    new = np.empty_like(image)
    for c in range(image.shape[2]):
        ndimage.affine_transform(
            image[..., c], matrix, offset, output=new[..., c], order=1, mode="reflect"
        )
    return new


def _flipped(x: Array, which: Array, axis: int) -> Array:
    return np.where(which[:, None, None, None], np.flip(x, axis), x)
