"""Improved precision and recall (Kynkäänniemi, Karras, Laine, Lehtinen, Aila 2019)."""

import numpy as np

from avanp.errors import AvanpError
from avanp.metrics.arrays import Array, feature_pairs
from avanp.metrics.distances import squared_distances


def precision_recall(generated: Array, real: Array, k: int = 3) -> tuple[float, float]:
    """Return the share of generated images among the real, and of real among the generated.

    A point is among a set if it lies in the ball of any member of it, which reaches to the
    member's k-th nearest neighbour in the set. Precision falls with images unlike the real ones,
    recall with real ones that are never generated. Compare values at equal numbers of samples.

    Parameters
    ----------
    generated, real : array (N, D), (M, D)
        Features, more than k rows each.
    """
    if k < 1:
        raise AvanpError(f"k must be at least 1, not {k}")
    a, b = feature_pairs(generated, real, least=k + 1)
    return _share_inside(a, b, k), _share_inside(b, a, k)


def _share_inside(points: Array, members: Array, k: int) -> float:
    radii = np.empty(len(members))
    for rows, d in squared_distances(members, members):
        # The nearest is the member itself.
        radii[rows] = np.partition(d, k, axis=1)[:, k]
    inside = sum(int((d <= radii).any(axis=1).sum()) for _, d in squared_distances(points, members))
    return inside / len(points)
