"""Dropout."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent, check_floats

Cache = tuple[tuple[int, ...], Array | None]


class Dropout(Layer):
    """In training each element is 0 with probability p, and otherwise divided by 1 - p.

    The mean of an element over the draws is the element itself, so nothing is scaled outside
    training: there the layer is the identity. One generator gives the same elements in float32
    and float64.

    Parameters
    ----------
    p : float
        The probability to drop an element, at least 0 and below 1.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise AvanpError(f"the p of a dropout must be in [0, 1), not {p}")
        self.p = float(p)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Cache]:
        """Return ``(y, cache)``; the cache is x's shape, and what x was multiplied by or None."""
        check_floats(self, x)
        if not train:
            return x, (x.shape, None)
        if rng is None:
            raise AvanpError("dropout needs rng, a numpy.random.Generator, in training")
        kept = rng.random(x.shape, dtype=np.float32) >= self.p
        factor = kept.astype(x.dtype)
        factor /= 1 - self.p
        return x * factor, (x.shape, factor)

    def backward(
        self, dy: Array, cache: Cache, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: dx = dy times what x was multiplied by."""
        if wrt == "params":
            return None, {}
        shape, factor = cache
        check_cotangent(self, dy, shape)
        return (dy if factor is None else dy * factor), {}
