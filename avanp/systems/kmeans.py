"""Clusters of codes (Lloyd 1982) from centres that are far apart (Arthur, Vassilvitskii 2007)."""

import numpy as np

from avanp.layers.base import Array

ROUNDS = 10


def clusters(x: Array, k: int, rng: np.random.Generator) -> Array:
    """Return the cluster (N,), of k, that each code (N, n) is in."""
    centres = _centres(x, k, rng)
    for _ in range(ROUNDS):
        nearest = (np.square(centres).sum(axis=1) - 2 * (x @ centres.T)).argmin(axis=1)
        for one in np.unique(nearest):
            centres[one] = x[nearest == one].mean(axis=0)
    return np.asarray(nearest)


def _centres(x: Array, k: int, rng: np.random.Generator) -> Array:
    """Return k of the codes, far apart: k-means++."""
    chosen = [int(rng.integers(len(x)))]
    nearest = np.square(x - x[chosen[0]]).sum(axis=1)
    while len(chosen) < k:
        total = nearest.sum()
        share = nearest / total if total > 0 else None
        chosen.append(int(rng.choice(len(x), p=share)))
        nearest = np.minimum(nearest, np.square(x - x[chosen[-1]]).sum(axis=1))
    return x[chosen]
