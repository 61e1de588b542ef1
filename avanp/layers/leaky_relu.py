"""The leaky rectified linear unit."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt


class LeakyReLU(Layer):
    """y = x where x > 0 and slope x elsewhere; the dtype of x is kept.

    The derivative at 0 is taken as the slope.

    Parameters
    ----------
    slope : float
        The slope on the negative side, at least 0 and below 1.
    """

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        if not 0 <= slope < 1:
            raise AvanpError(f"the slope of a leaky ReLU must be in [0, 1), not {slope}")
        self.slope = float(slope)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Array]:
        """Return ``(y, cache)``; the cache is y, which is positive exactly where x is."""
        y = kernel("leaky_relu")(x, self.slope)
        return y, y

    def backward(
        self, dy: Array, cache: Array, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: dx = dy where y > 0, and slope dy elsewhere."""
        if wrt == "params":
            return None, {}
        return kernel("leaky_relu_backward")(dy, cache, self.slope), {}
