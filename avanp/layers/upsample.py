"""Images of twice the size."""

from typing import Any

import numpy as np

from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.windows import require_images


class Upsample2(Layer):
    """Every element of (B, H, W, C) becomes a cell of 2x2: nearest-neighbour upsampling."""

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, None]:
        """Return ``(y, None)``, y (B, 2H, 2W, C)."""
        require_images(x)
        batch, height, width, channels = x.shape
        return kernel("window_spread")(x, (batch, 2 * height, 2 * width, channels), 2, 2, 1.0), None

    def backward(
        self, dy: Array, cache: None, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: dx is the sum of each cell's dy."""
        if wrt == "params":
            return None, {}
        return kernel("window_sums")(dy, 2, 2, 1.0), {}
