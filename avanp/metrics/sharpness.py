"""How sharp generated images are, beside real ones."""

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.metrics.arrays import BATCH, Array, plain_images, unit_images


def sharpness(generated: Array | ImageSet, real: Array | ImageSet) -> float:
    """Return the gradient energy of generated images over that of real ones.

    The energy is the mean square of the differences of neighbouring pixels, across plus down:
    below 1 the generated images are blurred, above 1 they are noisy.

    Parameters
    ----------
    generated, real : array (N, H, W, C), (M, H, W, C)
        In [0, 1]; uint8 arrays are divided by 255.
    """
    energies = [_energy("generated", generated), _energy("real", real)]
    if energies[1] == 0:
        raise AvanpError("real images are flat: there is no sharpness to compare with")
    return energies[0] / energies[1]


def _energy(name: str, images: Array | ImageSet) -> float:
    x = plain_images(name, images)
    if x.ndim != 4 or min(x.shape[1:3]) < 2:
        raise AvanpError(f"{name} {x.shape} must be (N, H, W, C) of at least 2×2 pixels")
    total = 0.0
    for start in range(0, len(x), BATCH):
        part = unit_images(name, x[start : start + BATCH]).astype(np.float64)
        squares = [(np.diff(part, axis=axis) ** 2).mean(axis=(1, 2, 3)) for axis in (1, 2)]
        total += float(np.sum(squares))
    return total / len(x)
