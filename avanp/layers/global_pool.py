"""One number for each channel of an image."""

from typing import Any

import numpy as np

from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent, check_floats
from avanp.layers.windows import require_images

Shape = tuple[int, ...]


class GlobalAvgPool(Layer):
    """The mean over the image: (B, H, W, C) to (B, C)."""

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Shape]:
        """Return ``(y, cache)``; the cache is x's shape."""
        require_images(x)
        check_floats(self, x)
        batch, height, width, channels = x.shape
        return x.reshape(batch, height * width, channels).mean(axis=1), x.shape

    def backward(
        self, dy: Array, cache: Shape, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: each dy is divided among its image."""
        if wrt == "params":
            return None, {}
        batch, height, width, channels = cache
        check_cotangent(self, dy, (batch, channels))
        dx = np.empty(cache, dy.dtype)
        dx[...] = (dy / (height * width))[:, None, None]
        return dx, {}


class GlobalMaxPool(Layer):
    """The maximum over the image, (B, H, W, C) to (B, C); of equal ones the first, row by row."""

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[Array, Shape]]:
        """Return ``(y, cache)``; the cache is the place of each maximum and x's shape."""
        require_images(x)
        batch, height, width, channels = x.shape
        y, place = kernel("global_max")(x.reshape(batch, height * width, channels))
        return y, (place, x.shape)

    def backward(
        self, dy: Array, cache: tuple[Array, Shape], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``: each dy stands where its maximum was."""
        if wrt == "params":
            return None, {}
        place, shape = cache
        check_cotangent(self, dy, place.shape)
        batch, height, width, channels = shape
        dx = np.zeros((batch, height * width, channels), dy.dtype)
        np.put_along_axis(dx, place[:, None], dy[:, None], axis=1)
        return dx.reshape(shape), {}
