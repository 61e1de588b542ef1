"""Euclidean distances between all pairs of two sets of features, a chunk of rows at a time."""

from collections.abc import Iterator

import numpy as np

Array = np.ndarray

# Rows times columns of one chunk: 32 MB of float64.
PAIRS = 2**22


def squared_distances(a: Array, b: Array) -> Iterator[tuple[slice, Array]]:
    """Yield ``(rows, ‖a_i - b_j‖²)`` with i in rows and all j: (N, D) and (M, D), float64.

    By ``|a|² + |b|² - 2 a·b``; what is below its rounding is 0, so that equal rows are at
    distance 0.
    """
    b_squares = (b * b).sum(axis=1)
    step = max(1, PAIRS // len(b))
    for start in range(0, len(a), step):
        rows = slice(start, min(start + step, len(a)))
        squares = (a[rows] * a[rows]).sum(axis=1)[:, None] + b_squares
        d = a[rows] @ b.T
        d *= -2
        d += squares
        d[d < 1e-14 * a.shape[1] * squares] = 0
        yield rows, d
