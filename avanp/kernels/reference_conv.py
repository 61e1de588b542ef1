"""The readable form of the convolutions: a sum over the kernel's taps of matrix products.

x (N, H, W, C), w (kh, kw, C, O), b (O,), y (N, H', W', O). ``stride`` is (sh, sw) and ``pads``
((top, bottom), (left, right)), zeros around x:

    y[n, u, v, o] = b[o] + sum_ijc x[n, sh u + i - top, sw v + j - left, c] w[i, j, c, o]
"""

from collections.abc import Iterator

import numpy as np

Array = np.ndarray
Pair = tuple[int, int]
Pads = tuple[Pair, Pair]


def out_size(size: int, kernel: int, stride: int, pads: Pair) -> int:
    """Return the number of places of a kernel along one side.

    Parameters
    ----------
    size, kernel, stride : int
        Of the image, the kernel and its steps, along that side.
    pads : (int, int)
        Zeros before and after.
    """
    return (size + sum(pads) - kernel) // stride + 1


def conv_forward(x: Array, w: Array, b: Array | None, stride: Pair, pads: Pads) -> Array:
    """Return y.

    Parameters
    ----------
    x, w, b : ndarray
        (N, H, W, C), (kh, kw, C, O), and (O,) or None; of one dtype, which y has.
    stride : (int, int)
    pads : ((int, int), (int, int))
        (top, bottom), (left, right).
    """
    padded = np.pad(x, ((0, 0), *pads, (0, 0)))
    height, width = (out_size(x.shape[1 + a], w.shape[a], stride[a], pads[a]) for a in (0, 1))
    y = np.zeros((len(x), height, width, w.shape[3]), x.dtype)
    for (i, j), window in _windows(w.shape[:2], (height, width), stride):
        y += padded[window] @ w[i, j]
    if b is not None:
        y += b
    return y


def conv_backward_input(
    dy: Array, w: Array, b: Array | None, stride: Pair, pads: Pads, size: Pair
) -> Array:
    """Return dx of height and width `size`, plus b (C,): the forward of a transposed conv.

    Parameters
    ----------
    dy, w, b : ndarray
        (N, H', W', O), (kh, kw, C, O), and (C,) or None.
    stride : (int, int)
    pads : ((int, int), (int, int))
        (top, bottom), (left, right).
    size : (int, int)
        H and W of dx (N, H, W, C).
    """
    (top, bottom), (left, right) = pads
    height, width = size
    dx = np.zeros((len(dy), top + height + bottom, left + width + right, w.shape[2]), dy.dtype)
    for (i, j), window in _windows(w.shape[:2], dy.shape[1:3], stride):
        dx[window] += dy @ w[i, j].T
    dx = np.ascontiguousarray(dx[:, top : top + height, left : left + width])
    if b is not None:
        dx += b
    return dx


def conv_backward_weights(
    x: Array, dy: Array, kernel: Pair, stride: Pair, pads: Pads, bias: bool
) -> tuple[Array, Array | None]:
    """Return dw (kh, kw, C, O), and db (O,) where there is a bias.

    Parameters
    ----------
    x, dy : ndarray
        (N, H, W, C) and (N, H', W', O), of one dtype.
    kernel : (int, int)
        kh and kw of dw.
    stride : (int, int)
    pads : ((int, int), (int, int))
        (top, bottom), (left, right).
    bias : bool
        Whether db is wanted; it is None otherwise.
    """
    padded = np.pad(x, ((0, 0), *pads, (0, 0)))
    dw = np.empty((*kernel, x.shape[3], dy.shape[3]), x.dtype)
    for (i, j), window in _windows(kernel, dy.shape[1:3], stride):
        dw[i, j] = np.tensordot(padded[window], dy, axes=((0, 1, 2), (0, 1, 2)))
    return dw, channel_sums(dy) if bias else None


def channel_sums(dy: Array) -> Array:
    """Return the sums (O,) over images and places."""
    return dy.sum(axis=(0, 1, 2))


def _windows(kernel: Pair, places: Pair, stride: Pair) -> Iterator[tuple[Pair, tuple[slice, ...]]]:
    """Yield each tap (i, j) and the slices of the padded image that it meets."""
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            rows, columns = (
                slice(tap, tap + step * (n - 1) + 1, step)
                for tap, n, step in zip((i, j), places, stride, strict=True)
            )
            yield (i, j), (slice(None), rows, columns)
