"""The readable form of the kernels of batch normalisation; rows are samples, columns channels."""

import numpy as np

Array = np.ndarray


def moments(x: Array) -> tuple[Array, Array]:
    """Return the mean and the (biased) variance of each column of x (m, n), in float64."""
    mean = x.mean(axis=0, dtype=np.float64)
    return mean, np.square(x - mean).mean(axis=0)


def normalise(x: Array, mean: Array, scale: Array, shift: Array) -> Array:
    """Return ``(x - mean) scale + shift`` for x (m, n); the others (n,), in x's dtype.

    Parameters
    ----------
    x : ndarray (m, n)
    mean, scale, shift : ndarray (n,)
        Of the dtype of x.
    """
    y = x - mean
    y *= scale
    y += shift
    return y


def norm_sums(dy: Array, x: Array, mean: Array) -> tuple[Array, Array]:
    """Return the sums over the rows of dy and of ``dy (x - mean)``, in float64; all (m, n)."""
    return dy.sum(axis=0, dtype=np.float64), (dy * (x - mean)).sum(axis=0, dtype=np.float64)


def norm_input(dy: Array, x: Array, mean: Array, a: Array, b: Array, c: Array) -> Array:
    """Return ``a dy - b (x - mean) - c``: dx (m, n) from coefficients (n,) in x's dtype.

    Parameters
    ----------
    dy, x : ndarray (m, n)
    mean, a, b, c : ndarray (n,)
        Of the dtype of x.
    """
    dx = a * dy
    dx -= b * (x - mean)
    dx -= c
    return dx
