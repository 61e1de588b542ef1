"""Grain: what a decoder leaves out of images, drawn anew.

A decoder gives the mean of p(x | z), without the grain, hair or weave that no code tells. What
training images have beside their reconstructions is taken for a Gaussian field: correlated in the
same way everywhere (Galerne, Gousseau, Morel 2011), as strong as such places are, by their
brightness and contrast. Samples get a draw of it; reconstructions do not.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy.fft import irfft2, rfft2
from scipy.ndimage import uniform_filter

from avanp.layers.base import Array

# Of a system's state, where it keeps one.
NAMES = ("texture_factors", "texture_levels", "texture_spread")
MOST_IMAGES = 1000
# Pixels around one that say how bright and how uneven it is there.
NEAR = 5
# Where brightness, and contrast, the standard deviation nearby, are parted.
BRIGHT = np.linspace(0, 1, 9)[1:-1]
UNEVEN = np.array([0.003, 0.01, 0.02, 0.04, 0.07, 0.11, 0.17])
LEAST = 1e-6
# Kurtosis of what is lacking, of a Gaussian 3: of lesions 5 to 7. Above this it is no grain but
# edges and prints, of clothes 26, which random phases only spoil.
MOST_KURTOSIS = 10.0
# Of the variance of images about their mean, in what is lacking: lesions have .04. Above this the
# decoder has not learned what the images show, and noise as strong only hides that.
MOST_LACKING = 0.5


class Texture(NamedTuple):
    """Gaussian fields of images (H, W, C), float64.

    factors (H, W // 2 + 1, C, C), by frequency the lower Cholesky factor of the spectrum of the
    field, of variance 1; levels (8, 8), its standard deviation by brightness and contrast; spread
    (2,), mean and standard deviation of the logarithm of an image's own strength beside that.
    """

    factors: Array
    levels: Array
    spread: Array


def fit(x: Array, again: Array) -> Texture:
    """Return the texture of images beside their reconstructions, both (N, H, W, C) in [0, 1].

    Its levels are 0, and nothing is drawn, where what is lacking is far from a Gaussian, or is most
    of what images differ by.
    """
    rest = np.asarray(x, np.float64) - again
    n, height, width, channels = rest.shape
    place = _places(again)
    sums = np.bincount(place.ravel(), np.square(rest).mean(axis=3).ravel(), 64)
    counts = np.bincount(place.ravel(), minlength=64)
    # A place as no image has it is as all are.
    overall = float(np.square(rest).mean())
    levels = np.sqrt((sums + overall) / (counts + 1)).reshape(8, 8) + LEAST
    rest /= levels.ravel()[place][..., None]
    own = np.sqrt(np.square(rest).mean(axis=(1, 2, 3))) + LEAST
    rest /= own[:, None, None, None]
    if np.mean(rest**4) > MOST_KURTOSIS or overall > MOST_LACKING * float(x.var(axis=0).mean()):
        levels[:] = 0
    waves = rfft2(rest, axes=(1, 2))
    # The real part: a field that is the same in a mirror.
    power = np.einsum("nhwc,nhwd->hwcd", waves, waves.conj()).real / (n * height * width)
    factors = np.linalg.cholesky(power + LEAST * np.eye(channels))
    return Texture(factors, levels, np.array([np.log(own).mean(), np.log(own).std()]))


def draw(texture: Texture, images: Array, rng: np.random.Generator, strength: float = 1.0) -> Array:
    """Return images with a draw of the texture.

    Parameters
    ----------
    texture : Texture
    images : array (N, H, W, C)
        In [0, 1], as what is returned, of the same dtype.
    rng : numpy.random.Generator
    strength : float
        1: as strong as it was; less, as random phases make noise of what were lines.
    """
    size = images.shape[1:3]
    waves = rfft2(rng.standard_normal(images.shape), axes=(1, 2))
    field = irfft2(np.einsum("hwcd,nhwd->nhwc", texture.factors, waves), s=size, axes=(1, 2))
    mean, deviation = texture.spread
    own = np.exp(mean + deviation * rng.standard_normal(len(images)))[:, None, None, None]
    field *= strength * own * texture.levels.ravel()[_places(images)][..., None]
    return np.clip(images + field, 0, 1).astype(images.dtype)


def empty_state(shape: tuple[int, int, int], dtype: Any) -> dict[str, Array]:
    """Return the arrays that `keep` writes, of images (H, W, C)."""
    height, width, channels = shape
    shapes = ((height, width // 2 + 1, channels, channels), (8, 8), (2,))
    return {name: np.zeros(one, dtype) for name, one in zip(NAMES, shapes, strict=True)}


def keep(state: dict[str, Array], texture: Texture) -> None:
    """Write a texture into a system's state."""
    for name, array in zip(NAMES, texture, strict=True):
        state[name][...] = array


def kept(state: dict[str, Array]) -> Texture | None:
    """Return the texture that a system's state holds, or None before one was fitted."""
    if NAMES[0] not in state or not state[NAMES[1]].any():
        return None
    return Texture(*(state[name].astype(np.float64) for name in NAMES))


def _places(images: Array) -> Array:
    """Return which of 64 kinds each pixel is of, (N, H, W): 8 of brightness times 8 of contrast."""
    grey = images.mean(axis=3, dtype=np.float64)
    near = (1, NEAR, NEAR)
    mean = uniform_filter(grey, near)
    variance = uniform_filter(np.square(grey), near) - np.square(mean)
    uneven = np.digitize(np.sqrt(np.maximum(variance, 0)), UNEVEN)
    return np.digitize(grey, BRIGHT) * 8 + uneven
