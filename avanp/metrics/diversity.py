"""How far generated images lie apart, beside real ones."""

import numpy as np

from avanp.errors import AvanpError
from avanp.metrics.arrays import Array, feature_pairs
from avanp.metrics.distances import squared_distances


def diversity(generated: Array, real: Array) -> float:
    """Return the mean distance between two generated images over that between two real ones.

    About 1 where they vary as the real ones do, 0 where all are one image; below 0.3 suggests a
    collapse. It does not tell whether they look like the real ones.

    Parameters
    ----------
    generated, real : array (N, D), (M, D)
        Features, such as flat pixels; at least two rows each.
    """
    a, b = feature_pairs(generated, real, least=2)
    apart = mean_pairwise_distance(b)
    if apart == 0:
        raise AvanpError("all real images are the same: there is no diversity to compare with")
    # The generated ones may lie far from the real ones' centre.
    return mean_pairwise_distance(a - a.mean(axis=0)) / apart


def mean_pairwise_distance(x: Array) -> float:
    """Return the mean Euclidean distance of two different rows of x, (N, D)."""
    total = sum(float(np.sqrt(d).sum()) for _, d in squared_distances(x, x))
    return total / (len(x) * (len(x) - 1))
