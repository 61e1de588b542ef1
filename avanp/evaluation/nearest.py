"""The nearest training images, with memory for some thousands of them at a time."""

import numpy as np

from avanp.metrics.arrays import Array
from avanp.metrics.nearest import nearest_images

MOST_BYTES = 2**26  # of training images as float64


def nearest_of_many(images: Array, training: Array) -> tuple[Array, Array]:
    """Return `nearest_images` of images and a large array of training images (M, H, W, C).

    Parameters
    ----------
    training : array of uint8
        Converted a part at a time.
    """
    step = max(1, MOST_BYTES // (8 * training[0].size))
    mse, index = np.full(len(images), np.inf), np.zeros(len(images), int)
    for start in range(0, len(training), step):
        part_mse, part_index = nearest_images(images, training[start : start + step])
        nearer = part_mse < mse
        mse[nearer], index[nearer] = part_mse[nearer], start + part_index[nearer]
    return mse, index
