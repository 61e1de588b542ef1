"""The identity."""

from typing import Any

import numpy as np

from avanp.layers.base import Array, Layer, Wrt


class Identity(Layer):
    """y = x, for arrays of any shape. The array itself is passed on, not a copy."""

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, None]:
        """Return ``(x, None)``."""
        return x, None

    def backward(
        self, dy: Array, cache: None, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dy, {})``."""
        return (None if wrt == "params" else dy), {}
