"""The readable form of every kernel."""

import numpy as np

Array = np.ndarray


def add_outer(w: Array, dy: Array, x: Array, scale: float) -> None:
    """``w += scale * dy^T x`` in place, for few rows B.

    w : (..., n_out, n_in), C-ordered; dy : (..., B, n_out); x : (..., B, n_in).

    Parameters
    ----------
    w : ndarray (..., n_out, n_in)
        C-ordered; it is written.
    dy, x : ndarray (..., B, n_out), (..., B, n_in)
        Of the dtype of w.
    scale : float
    """
    w += scale * (dy.swapaxes(-1, -2) @ x)


def balance_sums(generated: Array, images: Array) -> tuple[float, float]:
    """Return the sums over images and pixels of ``|d(1 - d)|`` and of ``d(1 - d)`` (Eq. 17).

    generated : (C, N draws, P), the draws of an image one after another; images : (C, N, P).
    d is the Euclidean norm over C of the difference at a pixel, 0 to sqrt(C).
    """
    draws = generated.shape[1] // images.shape[1]
    d = np.sqrt(((generated - np.repeat(images, draws, axis=1)) ** 2).sum(axis=0))
    product = d * (1 - d)
    return (
        float(np.abs(product).sum(dtype=np.float64)),
        float(product.sum(dtype=np.float64)),
    )


def logistic(v: Array, slope: float, midpoint: float) -> Array:
    """Return ``1 / (1 + exp(slope (midpoint - v)))`` as a new array of v's shape and dtype."""
    y = np.asarray(np.subtract(midpoint, v))
    y *= slope
    # An overflow to infinity is right here: 1 / (1 + inf) = 0. The form with exp, unlike the one
    # with tanh, keeps the relative accuracy of small y (a variance is inverted).
    with np.errstate(over="ignore"):
        np.exp(y, out=y)
    y += 1.0
    return np.divide(1.0, y, out=y)
