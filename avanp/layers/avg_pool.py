"""Mean over windows."""

from typing import Any

import numpy as np

from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.windows import require_images, window_shape


class AvgPool2d(Layer):
    """The mean of each window, in images (B, H, W, C).

    The output is (H - size) // stride + 1 high, as PyTorch's. There is no padding.

    Parameters
    ----------
    size : int
        Side of the window.
    stride : int, optional
        From window to window; `size` if not given.
    """

    def __init__(self, size: int = 2, stride: int | None = None) -> None:
        super().__init__()
        self.size, self.stride = window_shape(size, stride)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[int, ...]]:
        """Return ``(y, cache)``; the cache is x's shape."""
        require_images(x, self.size)
        return kernel("window_sums")(x, self.size, self.stride, 1 / self.size**2), x.shape

    def backward(
        self, dy: Array, cache: tuple[int, ...], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: each dy is divided among its window."""
        if wrt == "params":
            return None, {}
        spread = kernel("window_spread")
        return spread(dy, cache, self.size, self.stride, 1 / self.size**2), {}
