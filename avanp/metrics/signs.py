"""What is wrong with images, in words that a person would use: measured beside real ones."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from avanp.data.images import ImageSet
from avanp.metrics.arrays import Array, unit_images
from avanp.metrics.diversity import mean_pairwise_distance

MOST = 500  # images looked at


class Sign(NamedTuple):
    """A measure of images over that of real ones, and the word for it where it is out of bounds.

    `key` is the word, `value` the ratio; it shows where value < low or value > high.
    """

    key: str
    measure: str
    value: float
    low: float
    high: float

    @property
    def shows(self) -> bool:
        """Whether a person would see it."""
        return not self.low <= self.value <= self.high


def signs(images: Array | ImageSet, real: Array | ImageSet) -> list[Sign]:
    """Return what is measured of images beside real ones, whether it shows or not.

    "blurred", "mottled": energy of the Laplacian, which is of fine detail, below .15 or above 2.5
    of the real ones'. "all alike": mean distance of two images, below .35. "checkerboard": power at
    a period of two pixels over that at periods a little longer, above 3. "washed out": mean range
    of the colours of a pixel, or of grey images the spread of their brightness, below .55.

    Parameters
    ----------
    images, real : array (N, H, W, C), (M, H, W, C)
        In [0, 1]; uint8 is divided by 255. At least two of each; at most 500 are looked at.
    """
    x = unit_images("images", _some(images)).astype(np.float64)
    y = unit_images("real", _some(real)).astype(np.float64)
    inf = np.inf
    found = [Sign("all alike", "distance of two images", _over(_apart, x, y), 0.35, inf)]
    if min(x.shape[1:3]) >= 3:
        fine = _over(_detail, x, y)
        found += [Sign("blurred", "fine detail", fine, 0.15, inf)]
        found += [Sign("mottled", "fine detail", fine, 0, 2.5)]
    if min(x.shape[1:3]) >= 16:
        found.append(Sign("checkerboard", "pattern of two pixels", _over(_pattern, x, y), 0, 3.0))
    colours = "colour" if x.shape[3] == 3 else "contrast"
    found.append(Sign("washed out", colours, _over(_colour, x, y), 0.55, inf))
    return found


def _some(images: Array | ImageSet) -> Array:
    array = images.images if isinstance(images, ImageSet) else np.asarray(images)
    return array[np.unique(np.linspace(0, len(array) - 1, MOST).astype(int))]


def _over(measure: Callable[[Array], float], x: Array, y: Array) -> float:
    """Return a measure of x over that of y; 1 where y has none of it and x neither."""
    a, b = measure(x), measure(y)
    if b <= 1e-12:
        return 1.0 if a <= 1e-12 else np.inf
    return a / b


def _apart(x: Array) -> float:
    return mean_pairwise_distance(x.reshape(len(x), -1)) if len(x) > 1 else 0.0


def _detail(x: Array) -> float:
    middle = x[:, 1:-1, 1:-1]
    around = x[:, :-2, 1:-1] + x[:, 2:, 1:-1] + x[:, 1:-1, :-2] + x[:, 1:-1, 2:]
    return float(np.square(around - 4 * middle).mean())


def _pattern(x: Array) -> float:
    """Return the power at a period of two pixels over that at the next longer ones."""
    ratios = []
    for axis in (1, 2):
        n = x.shape[axis] // 2 * 2
        part = np.take(x, np.arange(n), axis=axis)
        # Of the differences, so that edges at the border of an image do not spread over all; the
        # last pixel has none to the pixel after it, however bright it is.
        steps = np.diff(part, axis=axis, append=np.take(part, [-1], axis=axis))
        power = np.square(np.abs(np.fft.rfft(steps, axis=axis)))
        power = np.moveaxis(power, axis, 0).reshape(n // 2 + 1, -1).mean(axis=1)
        ratios.append(power[-1] / max(power[-5:-1].mean(), 1e-12))
    return float(np.mean(ratios))


def _colour(x: Array) -> float:
    if x.shape[3] == 3:
        return float((x.max(axis=3) - x.min(axis=3)).mean())
    return float(x.std(axis=(1, 2)).mean())
