"""The softmax over the last axis."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent, check_floats


class Softmax(Layer):
    """y_i = exp(x_i) / sum_j exp(x_j) over the last axis; the dtype of x is kept."""

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Array]:
        """Return ``(y, cache)`` for x (..., n), n at least 1; the cache is y."""
        if x.ndim == 0 or x.shape[-1] == 0:
            raise AvanpError(f"softmax needs a last axis of at least one element, not {x.shape}")
        check_floats(self, x)
        # The largest exponent is 0, so nothing overflows and the sum is at least 1.
        y = np.exp(x - x.max(axis=-1, keepdims=True))
        y /= y.sum(axis=-1, keepdims=True)
        return y, y

    def backward(
        self, dy: Array, cache: Array, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: dx = y (dy - sum_j dy_j y_j)."""
        if wrt == "params":
            return None, {}
        check_cotangent(self, dy, cache.shape)
        dot = (dy * cache).sum(axis=-1, keepdims=True)
        return cache * (dy - dot), {}
