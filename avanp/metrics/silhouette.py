"""The silhouette of labelled points (Rousseeuw 1987)."""

import numpy as np

from avanp.errors import AvanpError
from avanp.metrics.arrays import Array, feature_pairs
from avanp.metrics.distances import squared_distances


def silhouette(points: Array, labels: Array) -> float:
    """Return the mean silhouette, in [-1, 1]: how well classes keep apart, in codes for instance.

    Of a point it is ``(b - a) / max(a, b)``: a is the mean distance to the others of its class, b
    the least mean distance to another class; 0 for a point alone in its class.

    Parameters
    ----------
    points : array (N, D)
    labels : array (N,)
        At least two classes.
    """
    x, _ = feature_pairs(points, points, least=2)
    labels = np.asarray(labels)
    if labels.shape != (len(x),):
        raise AvanpError(f"{len(x)} points need as many labels, not {labels.shape}")
    classes, own = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise AvanpError("a silhouette needs at least two classes")
    # (N, K): 1 where the point is of the class.
    member = (own[:, None] == np.arange(len(classes))).astype(np.float64)
    sizes = member.sum(axis=0)
    total = 0.0
    for rows, d in squared_distances(x, x):
        sums, mine = np.sqrt(d) @ member, member[rows] == 1
        a = sums[mine] / np.maximum(1, sizes[own[rows]] - 1)
        b = np.where(mine, np.inf, sums / sizes).min(axis=1)
        largest = np.maximum(a, b)
        alone = sizes[own[rows]] == 1
        s = np.divide(b - a, largest, out=np.zeros_like(a), where=(largest > 0) & ~alone)
        total += float(s.sum())
    return total / len(x)
