"""Peak signal-to-noise ratio."""

import numpy as np

from avanp.data.images import ImageSet
from avanp.metrics.arrays import Array, image_pairs


def psnr(images: Array | ImageSet, references: Array | ImageSet) -> float:
    """Return the mean over images of ``-10 log10(MSE)``, in decibels; the peak is 1.

    An image equal to its reference has infinity, and so has the mean then.

    Parameters
    ----------
    images, references : array (N, H, W, C)
        In [0, 1]; uint8 arrays are divided by 255.
    """
    parts = [((x - y) ** 2).mean(axis=(1, 2, 3)) for x, y in image_pairs(images, references)]
    with np.errstate(divide="ignore"):
        return float(np.mean(-10 * np.log10(np.concatenate(parts))))
