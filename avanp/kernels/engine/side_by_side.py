"""Few output channels: places beside each other are taken for channels of one, to fill vectors.

    y[n, u, g v + a, o] = sum_ij x[n, u + i, g v + a + j] w[i, j, :, o]

is a correlation of stride (1, g) with o and a as its channels, of a kernel that is g - 1 columns
wider and zero where j - a is no column of w. A vector of eight channels of sixteen does half of its
work for nothing; two places of four columns each are two thirds of twice three.
"""

import numpy as np

from avanp.kernels.engine.cpu import tile

Array = np.ndarray
# Channels of x from which the sums of dw are so many that a wider kernel costs what it saves.
MANY = 16


def places(n_out: int, width: int, kernel_width: int) -> int:
    """Return how many places beside each other fill a vector, 1 where that saves nothing."""
    lanes = tile().lanes
    together = lanes // n_out
    fills = kernel_width > 1 and together * n_out == lanes and width % together == 0
    return together if fills else 1


def widened(w: Array, together: int) -> Array:
    """Return the kernel (kh, kw + g - 1, C, g O) of g places, from w (kh, kw, C, O)."""
    kh, kw, channels, n_out = w.shape
    wide = np.zeros((kh, kw + together - 1, channels, together, n_out), w.dtype)
    for a in range(together):
        wide[:, a : a + kw, :, a] = w
    return wide.reshape(*wide.shape[:3], -1)


def merged(y: Array, together: int) -> Array:
    """Return y (N, H, W, O) as (N, H, W / g, g O): the same numbers in the same order."""
    n, height, width, n_out = y.shape
    return y.reshape(n, height, width // together, together * n_out)


def gathered(dwide: Array, together: int) -> Array:
    """Return dw (kh, kw, C, O) from the gradient of a kernel that `widened` made."""
    kh, wide, channels, _ = dwide.shape
    apart = dwide.reshape(kh, wide, channels, together, -1)
    kw = wide - together + 1
    dw = apart[:, :kw, :, 0].copy()
    for a in range(1, together):
        dw += apart[:, a : a + kw, :, a]
    return dw
