"""Maximum over windows."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.kernels import kernel
from avanp.kernels.doors import LARGEST_WINDOW
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.windows import require_images, window_shape


class MaxPool2d(Layer):
    """The maximum of each window, in images (B, H, W, C); of equal ones the first, row by row.

    The output is (H - size) // stride + 1 high, as PyTorch's: what is left at the end of a row or
    column is not seen. There is no padding.

    Parameters
    ----------
    size : int
        Side of the window, at most 16.
    stride : int, optional
        From window to window; `size` if not given.
    """

    def __init__(self, size: int = 2, stride: int | None = None) -> None:
        super().__init__()
        self.size, self.stride = window_shape(size, stride)
        if size > LARGEST_WINDOW:
            raise AvanpError(f"a max pool's window must be at most {LARGEST_WINDOW}, not {size}")

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[Array, tuple[int, ...]]]:
        """Return ``(y, cache)``; the cache is the place of each maximum and x's shape."""
        require_images(x, self.size)
        y, place = kernel("max_pool")(x, self.size, self.stride)
        return y, (place, x.shape)

    def backward(
        self, dy: Array, cache: tuple[Array, tuple[int, ...]], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: each dy is added where its maximum was."""
        if wrt == "params":
            return None, {}
        place, shape = cache
        return kernel("max_pool_backward")(dy, place, shape, self.size, self.stride), {}
