"""The identity."""

from typing import Any

import numpy as np

from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent, check_floats


class Identity(Layer):
    """y = x, for arrays of any shape. The array itself is passed on, not a copy."""

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[int, ...]]:
        """Return ``(x, cache)``; the cache is its shape."""
        check_floats(self, x)
        return x, x.shape

    def backward(
        self, dy: Array, cache: tuple[int, ...], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dy, {})``."""
        if wrt == "params":
            return None, {}
        check_cotangent(self, dy, cache)
        return dy, {}
