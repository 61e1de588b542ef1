"""The training image nearest to each generated one: a look for memorised images."""

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.metrics.arrays import Array, feature_pairs, plain_images, unit_images
from avanp.metrics.distances import squared_distances

# Training images that are held as floats at once.
CHUNK = 4096


def nearest_images(generated: Array | ImageSet, images: Array | ImageSet) -> tuple[Array, Array]:
    """Return, for each generated image, the mean squared error to its nearest, and which it is.

    Parameters
    ----------
    generated : array (N, H, W, C)
    images : array (M, H, W, C)
        The training images. All are in [0, 1]; uint8 arrays are divided by 255.

    Returns
    -------
    mse : array (N,) of float64
        0 for an exact copy.
    index : array (N,) of int
        Into `images`; the first of several that are equally near.
    """
    y, x = plain_images("generated", generated), plain_images("images", images)
    if x.ndim != 4 or y.shape[1:] != x.shape[1:]:
        raise AvanpError(f"generated {y.shape} and images {x.shape} must be of one size")
    y = unit_images("generated", y).reshape(len(y), -1)
    best, index = np.full(len(y), np.inf), np.zeros(len(y), int)
    for start in range(0, len(x), CHUNK):
        part = unit_images("images", x[start : start + CHUNK])
        a, b = feature_pairs(y, part.reshape(len(part), -1), least=1)
        here = np.concatenate([d.argmin(axis=1) for _, d in squared_distances(a, b)])
        mse = ((a - b[here]) ** 2).mean(axis=1)
        nearer = mse < best
        best[nearer], index[nearer] = mse[nearer], start + here[nearer]
    return best, index
