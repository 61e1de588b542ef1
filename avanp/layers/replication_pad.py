"""Padding with copies of the border."""

from typing import Any

import numpy as np

from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent, check_floats
from avanp.layers.padding import Pair, fixed
from avanp.layers.windows import require_images


class ReplicationPad2d(Layer):
    """x (B, H, W, C) with its outermost rows and columns repeated.

    Before a "valid" convolution it leaves no dark frame, as zeros do.

    Parameters
    ----------
    pad : int or ((top, bottom), (left, right))
        How many rows and columns are added.
    """

    def __init__(self, pad: int | tuple[Pair, Pair]) -> None:
        super().__init__()
        self.pads = fixed(pad)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[int, ...]]:
        """Return y (B, top + H + bottom, left + W + right, C) and the cache, its shape."""
        check_floats(self, x)
        require_images(x)
        y = np.pad(x, ((0, 0), *self.pads, (0, 0)), mode="edge")
        return y, y.shape

    def backward(
        self, dy: Array, cache: tuple[int, ...], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx: the border gets the sum of its copies."""
        if wrt == "params":
            return None, {}
        check_cotangent(self, dy, cache)
        return _fold(_fold(dy, 1, self.pads[0]), 2, self.pads[1]), {}


def _fold(dy: Array, axis: int, pad: Pair) -> Array:
    """Return the cotangent before the padding along `axis`."""
    dy = np.moveaxis(dy, axis, 0)
    before, end = pad[0], len(dy) - pad[1]
    dx = dy[before:end].copy()
    dx[0] += dy[:before].sum(axis=0)
    dx[-1] += dy[end:].sum(axis=0)
    return np.moveaxis(dx, 0, axis)
