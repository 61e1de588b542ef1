"""NumPy reference: a dense layer's product, W being (n_out, n_in)."""

import numpy as np

Array = np.ndarray


def dense_forward(x: Array, w: Array, b: Array | None) -> Array:
    """Return ``x W^T + b``, (B, n_out), of x (B, n_in)."""
    y = x @ w.T
    if b is not None:
        y += b
    return y
