"""Every sample as one row."""

import math
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent, check_floats


class Flatten(Layer):
    """(B, …) to (B, n), in C order."""

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[int, ...]]:
        """Return ``(y, cache)``; the cache is the shape of x."""
        check_floats(self, x)
        if x.ndim == 0:
            raise AvanpError("Flatten needs samples (B, …), not one number")
        return x.reshape(x.shape[0], math.prod(x.shape[1:])), x.shape

    def backward(
        self, dy: Array, cache: tuple[int, ...], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``."""
        if wrt == "params":
            return None, {}
        check_cotangent(self, dy, (cache[0], math.prod(cache[1:])))
        return dy.reshape(cache), {}
