"""The readable form of the kernels of batch normalisation; rows are samples, columns channels.

All but the moments know what follows the norm, so that one pass does both:

    y = rectify(v + add),   v = (x - mean) scale + shift,   rectify(v) = v if v > 0 else slope v

with ``affine`` (3, n) the rows mean, scale and shift in x's dtype. A slope of 1 is no rectifier,
one of 0 a ReLU. The way back finds the mask from x, so nobody keeps v.
"""

import numpy as np

from avanp.kernels.reference_activation import leaky_relu

Array = np.ndarray


def moments(x: Array) -> tuple[Array, Array]:
    """Return the mean and the (biased) variance of each column of x (m, n), in float64."""
    mean = x.mean(axis=0, dtype=np.float64)
    return mean, np.square(x - mean).mean(axis=0)


def normalise(x: Array, affine: Array, slope: float = 1.0, add: Array | None = None) -> Array:
    """Return ``rectify((x - mean) scale + shift + add)`` for x (m, n).

    Parameters
    ----------
    x : ndarray (m, n)
    affine : ndarray (3, n)
        Mean, scale and shift, in the dtype of x.
    slope : float
        Of the rectifier below 0; 1 without one.
    add : ndarray (m, n), optional
        What the norm's output is added to.
    """
    v = _affine(x, affine)
    if add is not None:
        v += add
    return v if slope == 1 else leaky_relu(v, x.dtype.type(slope))


def norm_sums(dy: Array, x: Array, affine: Array, slope: float = 1.0) -> tuple[Array, Array]:
    """Return the sums over the rows of dv and of ``dv (x - mean)``, in float64.

    ``dv = dy`` where v > 0, ``slope dy`` elsewhere; nothing was added to v.

    Parameters
    ----------
    dy, x : ndarray (m, n)
    affine, slope
        As for `normalise`.
    """
    dv = _through(dy, x, affine, slope)
    return dv.sum(axis=0, dtype=np.float64), (dv * (x - affine[0])).sum(axis=0, dtype=np.float64)


def norm_input(dy: Array, x: Array, affine: Array, slope: float, back: Array) -> Array:
    """Return ``a dv - b (x - mean) - c``: dx (m, n), dv being that of `norm_sums`.

    Parameters
    ----------
    dy, x : ndarray (m, n)
    affine, slope
        As for `normalise`.
    back : ndarray (3, n)
        The coefficients a, b and c, in x's dtype.
    """
    a, b, c = back
    dx = a * _through(dy, x, affine, slope)
    dx -= b * (x - affine[0])
    dx -= c
    return dx


def _affine(x: Array, affine: Array) -> Array:
    mean, scale, shift = affine
    v = x - mean
    v *= scale
    v += shift
    return v


def _through(dy: Array, x: Array, affine: Array, slope: float) -> Array:
    """Return dv, what is left of dy behind the rectifier."""
    return np.where(_affine(x, affine) > 0, dy, x.dtype.type(slope) * dy)
