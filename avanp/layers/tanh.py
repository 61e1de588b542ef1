"""The hyperbolic tangent."""

from typing import Any

import numpy as np

from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_floats


class Tanh(Layer):
    """y = tanh(x), elementwise; the dtype of x is kept."""

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Array]:
        """Return ``(y, cache)``; the cache is y."""
        check_floats(self, x)
        y = np.tanh(x)
        return y, y

    def backward(
        self, dy: Array, cache: Array, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: dx = dy (1 - y²)."""
        if wrt == "params":
            return None, {}
        return kernel("tanh_backward")(dy, cache), {}
