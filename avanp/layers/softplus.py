"""The softplus, a smooth ReLU."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent, check_floats


class Softplus(Layer):
    """y = log(1 + exp(beta x)) / beta, elementwise; the dtype of x is kept.

    Parameters
    ----------
    beta : float
        Sharpness of the bend, positive; the limit of large beta is the ReLU.
    """

    def __init__(self, beta: float = 1.0) -> None:
        super().__init__()
        if not beta > 0:
            raise AvanpError(f"the beta of a softplus must be positive, not {beta}")
        self.beta = float(beta)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Array]:
        """Return ``(y, cache)``; the cache is y."""
        check_floats(self, x)
        # max(x, 0) + log(1 + exp(-beta |x|)) / beta is the same function and cannot overflow.
        y = np.log1p(np.exp(-self.beta * np.abs(x))) / self.beta + np.maximum(x, 0.0)
        return y, y

    def backward(
        self, dy: Array, cache: Array, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: dx = dy sigmoid(beta x) = dy (1 - exp(-beta y))."""
        if wrt == "params":
            return None, {}
        check_cotangent(self, dy, cache.shape)
        return -dy * np.expm1(-self.beta * cache), {}
