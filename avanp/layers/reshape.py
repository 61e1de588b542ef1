"""Another shape for every sample."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent, check_floats


class Reshape(Layer):
    """(B, …) to (B, *shape), in C order.

    Parameters
    ----------
    shape : sequence of int
        Of one sample.
    """

    def __init__(self, shape: Sequence[int]) -> None:
        super().__init__()
        self.shape = tuple(int(n) for n in shape)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[int, ...]]:
        """Return ``(y, cache)``; the cache is the shape of x."""
        check_floats(self, x)
        if x.ndim == 0 or math.prod(x.shape[1:]) != math.prod(self.shape):
            raise AvanpError(f"samples of shape {x.shape[1:]} cannot be reshaped to {self.shape}")
        return x.reshape(x.shape[0], *self.shape), x.shape

    def backward(
        self, dy: Array, cache: tuple[int, ...], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``."""
        if wrt == "params":
            return None, {}
        check_cotangent(self, dy, (cache[0], *self.shape))
        return dy.reshape(cache), {}
