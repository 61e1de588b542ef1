"""NumPy reference: a dense layer's product, W being (n_out, n_in)."""

import numpy as np

Array = np.ndarray


def dense_forward(x: Array, w: Array, b: Array) -> Array:
    """Return ``x W^T + b``, (B, n_out), of x (B, n_in)."""
    y = x @ w.T
    y += b
    return y
