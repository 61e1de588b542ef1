"""Squared error, the paper's reconstruction term."""

import numpy as np

from avanp.losses.batch import batch_size


def squared_error(
    y: np.ndarray, target: np.ndarray, *, batch_axis: int = 0
) -> tuple[float, np.ndarray]:
    """Return ``(value, dy)`` of 1/2 ||target - y||², the paper's 1/2 ||x - x'||² (Eq. 3).

    Summed over the features (every axis but the batch), mean over the batch.

    Parameters
    ----------
    y, target : ndarray
        Of one shape; dy has the dtype of y.
    batch_axis : int
        -2 for arrays (C, B, n), whose colours are features.
    """
    batch = batch_size(y, batch_axis, target)
    dy = np.subtract(y, target, out=np.empty_like(y))
    value = 0.5 * float(np.sum(np.square(dy), dtype=np.float64)) / batch
    dy /= batch
    return value, dy
