"""Strides and large kernels for Winograd's algorithm: kernels of 2x2 or 3x3, of more channels.

Of a stride s the s² images of every s-th row and column are channels of one image, and every s-th
tap belongs to one of them: 4x4 of stride 2 is 2x2. A kernel of more than 3 taps goes in parts, and
what its parts meet are channels too: 5x5 is four kernels of 3x3, of 144 products in place of 400.
"""

from typing import NamedTuple

import numpy as np

Array = np.ndarray
Pair = tuple[int, int]

WORTH = 2 / 3  # of a direct sum's products, at most


class Division(NamedTuple):
    """A kernel as one of `taps` x `taps`, of `images` (down, right) that begin `apart` places."""

    taps: int
    images: Pair
    apart: int
    of_stride: bool

    @classmethod
    def of(cls, kernel: Pair, stride: Pair) -> "Division | None":
        """Return the division of a kernel; None where it is not of 2 or 3 taps either way."""
        if stride != (1, 1):
            taps, across = (-(-k // s) for k, s in zip(kernel, stride, strict=True))
            return cls(taps, stride, 1, True) if taps == across and taps in (2, 3) else None
        size = kernel[0]
        if size == 1 or size != kernel[1]:
            return None
        taps = min((2, 3), key=lambda t: (t + 3) * -(-size // t))
        parts = -(-size // taps)
        return cls(taps, (parts, parts), taps, False)

    @property
    def points(self) -> int:
        """Return how many products of a patch of 4x4 places there are, of one image."""
        return (self.taps + 3) ** 2

    def saves(self, direct: int, patches: int) -> bool:
        """Return whether `patches` are enough fewer products than the `direct` ones."""
        return self.points * self.images[0] * self.images[1] * patches <= WORTH * direct

    def divided(self, w: Array) -> Array:
        """Return w (kh, kw, C, O), filled up with zeros, as (taps, taps, images C, O)."""
        kh, kw, channels, n_out = w.shape
        rows, columns = (self.taps * n for n in self.images)
        full = w
        if (kh, kw) != (rows, columns):
            full = np.zeros((rows, columns, channels, n_out), w.dtype)
            full[:kh, :kw] = w
        down, right = self.images
        if self.of_stride:
            full = full.reshape(self.taps, down, self.taps, right, channels, n_out)
            full = full.transpose(0, 2, 1, 3, 4, 5)
        else:
            full = full.reshape(down, self.taps, right, self.taps, channels, n_out)
            full = full.transpose(1, 3, 0, 2, 4, 5)
        return np.ascontiguousarray(full).reshape(self.taps, self.taps, -1, n_out)

    def joined(self, w: Array, kernel: Pair) -> Array:
        """Return the w (kh, kw, C, O) of which `divided` makes this one."""
        down, right = self.images
        apart = w.reshape(self.taps, self.taps, down, right, -1, w.shape[-1])
        order = (0, 2, 1, 3, 4, 5) if self.of_stride else (2, 0, 3, 1, 4, 5)
        full = apart.transpose(order).reshape(self.taps * down, self.taps * right, -1, w.shape[-1])
        return np.ascontiguousarray(full[: kernel[0], : kernel[1]])
