"""Images of twice the size."""

from typing import Any

import numpy as np

from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent
from avanp.layers.windows import require_images


class Upsample2(Layer):
    """Every element of (B, H, W, C) becomes a cell of 2x2: nearest-neighbour upsampling."""

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[int, ...]]:
        """Return ``(y, cache)``, y (B, 2H, 2W, C); the cache is y's shape."""
        require_images(x)
        batch, height, width, channels = x.shape
        shape = (batch, 2 * height, 2 * width, channels)
        return kernel("window_spread")(x, shape, 2, 2, 1.0), shape

    def backward(
        self, dy: Array, cache: tuple[int, ...], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: dx is the sum of each cell's dy."""
        if wrt == "params":
            return None, {}
        check_cotangent(self, dy, cache)
        return kernel("window_sums")(dy, 2, 2, 1.0), {}
