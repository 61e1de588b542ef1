"""NumPy reference: a dense layer's products, W being (n_out, n_in)."""

import numpy as np

Array = np.ndarray


def dense_forward(x: Array, w: Array, b: Array | None) -> Array:
    """Return ``x W^T + b``, (B, n_out), of x (B, n_in)."""
    y = x @ w.T
    if b is not None:
        y += b
    return y


def product(a: Array, b: Array) -> Array:
    """Return ``a b`` of a (M, K) and b (K, N): dy W and dy^T x."""
    return a @ b
