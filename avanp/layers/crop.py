"""The upper left part of images."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent, check_floats


class Crop(Layer):
    """(B, H, W, C) to (B, height, width, C), the upper left part.

    Parameters
    ----------
    height, width : int
    """

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.height, self.width = int(height), int(width)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[int, ...]]:
        """Return ``(y, cache)``; the cache is the shape of x."""
        check_floats(self, x)
        if x.ndim != 4 or x.shape[1] < self.height or x.shape[2] < self.width:
            raise AvanpError(
                f"images (B, H, W, C) of shape {x.shape} cannot be cropped to "
                f"{self.height}x{self.width}"
            )
        return np.ascontiguousarray(x[:, : self.height, : self.width]), x.shape

    def backward(
        self, dy: Array, cache: tuple[int, ...], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: dy, and zeros where x was cut off."""
        if wrt == "params":
            return None, {}
        check_cotangent(self, dy, (cache[0], self.height, self.width, cache[3]))
        dx = np.zeros(cache, dy.dtype)
        dx[:, : self.height, : self.width] = dy
        return dx, {}
