"""The readable form of the pooling kernels, on images (B, H, W, C)."""

import numpy as np

Array = np.ndarray


def _tap(x: Array, i: int, j: int, out_shape: tuple[int, ...], stride: int) -> Array:
    """Return the view of x that holds element (i, j) of every window."""
    _, height, width, _ = out_shape
    rows = slice(i, i + (height - 1) * stride + 1, stride)
    return x[:, rows, j : j + (width - 1) * stride + 1 : stride]


def _out_shape(x: Array, size: int, stride: int) -> tuple[int, ...]:
    batch, height, width, channels = x.shape
    return batch, (height - size) // stride + 1, (width - size) // stride + 1, channels


def max_pool(x: Array, size: int, stride: int) -> tuple[Array, Array]:
    """Return each window's maximum and its place in the window, uint8, row by row.

    The first place where several are equal; the last NaN where there is one.
    """
    out = _out_shape(x, size, stride)
    y = _tap(x, 0, 0, out, stride).copy()
    place = np.zeros(out, np.uint8)
    for k in range(1, size * size):
        candidate = _tap(x, *divmod(k, size), out, stride)
        better = (candidate > y) | np.isnan(candidate)
        np.copyto(y, candidate, where=better)
        place[better] = k
    return y, place


def max_pool_backward(
    dy: Array, place: Array, shape: tuple[int, ...], size: int, stride: int
) -> Array:
    """Return dx of `shape`: each dy added where its maximum was.

    Parameters
    ----------
    dy, place : ndarray (B, H', W', C)
        The cotangent, and the places that `max_pool` returned.
    shape : (int, int, int, int)
        (B, H, W, C) of the images.
    size, stride : int
        Of the windows.
    """
    dx = np.zeros(shape, dy.dtype)
    for k in range(size * size):
        tap = _tap(dx, *divmod(k, size), dy.shape, stride)
        tap += np.where(place == k, dy, dy.dtype.type(0))
    return dx


def window_sums(x: Array, size: int, stride: int, scale: float) -> Array:
    """Return scale times each window's sum.

    Parameters
    ----------
    x : ndarray (B, H, W, C)
    size, stride : int
        Of the windows.
    scale : float
    """
    out = _out_shape(x, size, stride)
    y = np.zeros(out, x.dtype)
    for k in range(size * size):
        y += _tap(x, *divmod(k, size), out, stride)
    y *= scale
    return y


def window_spread(dy: Array, shape: tuple[int, ...], size: int, stride: int, scale: float) -> Array:
    """Return dx of `shape`: scale dy added to all of its window. The adjoint of `window_sums`.

    Parameters
    ----------
    dy : ndarray (B, H', W', C)
    shape : (int, int, int, int)
        (B, H, W, C) of dx.
    size, stride : int
        Of the windows.
    scale : float
    """
    dx = np.zeros(shape, dy.dtype)
    scaled = dy * scale
    for k in range(size * size):
        tap = _tap(dx, *divmod(k, size), dy.shape, stride)
        tap += scaled
    return dx


def global_max(x: Array) -> tuple[Array, Array]:
    """Return the maximum over the rows of x (B, m, C) and its row, int32; ties as `max_pool`."""
    y = x[:, 0].copy()
    row = np.zeros(y.shape, np.int32)
    for k in range(1, x.shape[1]):
        better = (x[:, k] > y) | np.isnan(x[:, k])
        np.copyto(y, x[:, k], where=better)
        row[better] = k
    return y, row
