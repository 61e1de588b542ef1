"""Distances of a reconstruction from its target, in the units that the literature uses.

Each returns ``(value, dy)`` for arrays of one shape, dy of the dtype of y. As functions of
y - target only, their gradient with respect to the target is -dy. `avanp.losses.squared_error`
is the AVA paper's, summed over the features.
"""

import numpy as np

from avanp.losses.batch import batch_size

# Below this the norm counts as zero, where it has no gradient.
SMALLEST_NORM = 1e-12


def l1(y: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Return ``(value, dy)`` of |y - target|, the mean over all elements.

    The gradient is 0 where y is the target. Reconstruction in BEGAN (Berthelot et al. 2017).
    """
    error = _error(y, target)
    value = float(np.mean(np.abs(error), dtype=np.float64))
    return value, np.sign(error) / error.size


def mean_squared(y: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Return ``(value, dy)`` of (y - target)², the mean over all elements."""
    error = _error(y, target)
    value = float(np.mean(np.square(error), dtype=np.float64))
    error *= 2 / error.size
    return value, error


def frobenius(y: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Return ``(value, dy)`` of ‖y - target‖ / B, the Euclidean norm over the whole batch.

    sqrt(N / B) times the root mean square of N features a sample: it depends on the size of the
    batch. The L2 reconstruction of BEGAN-CS.
    """
    error = _error(y, target)
    batch = error.shape[0]
    norm = float(np.sqrt(np.sum(np.square(error), dtype=np.float64)))
    error /= batch * max(norm, SMALLEST_NORM)
    return norm / batch, error


def _error(y: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return y - target as a new array of the dtype of y."""
    batch_size(y, 0, target)
    return np.subtract(y, target, out=np.empty_like(y))
