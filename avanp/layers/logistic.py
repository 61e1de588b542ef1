"""The paper's activation: a logistic with slope and midpoint."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt


class Logistic(Layer):
    """s(v) = 1 / (1 + exp(slope (midpoint - v))), elementwise; the dtype of v is kept.

    Parameters
    ----------
    slope : float
        κ of the specification, positive; 0.5 in the paper's experiment.
    midpoint : float
        c of the specification, where s = 1/2; 0.5 in the paper's experiment.
    """

    def __init__(self, slope: float = 0.5, midpoint: float = 0.5) -> None:
        super().__init__()
        if not slope > 0:
            raise AvanpError(f"the slope of a logistic must be positive, not {slope}")
        # Python floats, so that NumPy keeps float32 arrays float32.
        self.slope = float(slope)
        self.midpoint = float(midpoint)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Array]:
        """Return ``(y, cache)`` with y in [0, 1]; the cache is y."""
        y = kernel("logistic")(x, self.slope, self.midpoint)
        return y, y

    def backward(
        self, dy: Array, cache: Array, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: dx = dy a'(y)."""
        if wrt == "params":
            return None, {}
        return kernel("logistic_backward")(dy, cache, self.slope), {}

    def derivative(self, y: Array) -> Array:
        """Return a'(y) = slope y (1 - y), the derivative from the output y, as a new array."""
        slope_at_y = np.asarray(np.subtract(1.0, y))
        slope_at_y *= y
        slope_at_y *= self.slope
        return slope_at_y
