"""The exponential linear unit."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt


class ELU(Layer):
    """y = x where x > 0 and alpha (exp(x) - 1) elsewhere; the dtype of x is kept.

    The derivative at 0 is taken from the left, alpha.

    Parameters
    ----------
    alpha : float
        Minus the limit of y towards minus infinity, positive.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        if not alpha > 0:
            raise AvanpError(f"the alpha of an ELU must be positive, not {alpha}")
        self.alpha = float(alpha)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Array]:
        """Return ``(y, cache)``; the cache is y, which is positive exactly where x is."""
        y = kernel("elu")(x, self.alpha)
        return y, y

    def backward(
        self, dy: Array, cache: Array, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: dx = dy where y > 0, and dy (y + alpha) elsewhere."""
        if wrt == "params":
            return None, {}
        return kernel("elu_backward")(dy, cache, self.alpha), {}
