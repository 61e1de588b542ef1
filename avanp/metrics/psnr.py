"""Peak signal-to-noise ratio."""

import numpy as np

from avanp.data.images import ImageSet
from avanp.metrics.arrays import Array, image_pairs


def psnr(
    images: Array | ImageSet, references: Array | ImageSet, where: Array | None = None
) -> float:
    """Return the mean over images of ``-10 log10(MSE)``, in decibels; the peak is 1.

    An image equal to its reference has infinity, and so has the mean then.

    Parameters
    ----------
    images, references : array (N, H, W, C)
        In [0, 1]; uint8 arrays are divided by 255.
    where : array (N, H, W) of bool, optional
        The pixels that count; an image without one is left out.
    """
    parts, done = [], 0
    for x, y in image_pairs(images, references):
        errors = (x - y) ** 2
        if where is None:
            parts.append(errors.mean(axis=(1, 2, 3)))
            continue
        counted, done = where[done : done + len(x)], done + len(x)
        some = counted.any(axis=(1, 2))
        parts.append(errors.mean(axis=3)[some].mean(axis=(1, 2), where=counted[some]))
    with np.errstate(divide="ignore"):
        return float(np.mean(-10 * np.log10(np.concatenate(parts))))
