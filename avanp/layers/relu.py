"""The rectified linear unit."""

from typing import Any

import numpy as np

from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt


class ReLU(Layer):
    """y = max(x, 0), elementwise; the dtype of x is kept. The derivative at 0 is taken as 0."""

    slope = 0.0

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Array]:
        """Return ``(y, cache)``; the cache is y, which is positive exactly where x is."""
        y = kernel("leaky_relu")(x, self.slope)
        return y, y

    def backward(
        self, dy: Array, cache: Array, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: dx = dy where y > 0, and 0 elsewhere."""
        if wrt == "params":
            return None, {}
        return kernel("leaky_relu_backward")(dy, cache, self.slope), {}
