"""Numba twins of `avanp.kernels.reference_pool`.

Windows side by side (size = stride), and 2x2 ones above all, have passes of their own, which write
every element once; the others add to it.
"""

import numpy as np

from avanp.kernels.compiled import njit

Array = np.ndarray

# Places in a 2x2 window, of the narrow type that compares as fast as the numbers themselves.
P0, P1, P2, P3 = (np.uint8(k) for k in range(4))


def _out_shape(x: Array, size: int, stride: int) -> tuple[int, ...]:
    batch, height, width, channels = x.shape
    return batch, (height - size) // stride + 1, (width - size) // stride + 1, channels


@njit(error_model="numpy")
def _max_cells(x: Array, y: Array, place: Array) -> None:
    for b in range(y.shape[0]):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                x00, x01 = x[b, 2 * i, 2 * j], x[b, 2 * i, 2 * j + 1]
                x10, x11 = x[b, 2 * i + 1, 2 * j], x[b, 2 * i + 1, 2 * j + 1]
                out, at = y[b, i, j], place[b, i, j]
                for c in range(y.shape[3]):
                    best, k = x00[c], P0
                    for candidate, n in ((x01[c], P1), (x10[c], P2), (x11[c], P3)):
                        better = (candidate > best) | (candidate != candidate)
                        best = candidate if better else best
                        k = n if better else k
                    out[c] = best
                    at[c] = k


@njit(error_model="numpy")
def _max_windows(x: Array, size: int, stride: int, y: Array, place: Array) -> None:
    for b in range(y.shape[0]):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                out, at = y[b, i, j], place[b, i, j]
                corner = x[b, i * stride, j * stride]
                for c in range(y.shape[3]):
                    out[c], at[c] = corner[c], 0
                for di in range(size):
                    for dj in range(size):
                        candidate = x[b, i * stride + di, j * stride + dj]
                        k = np.uint8(di * size + dj)
                        for c in range(y.shape[3]):
                            better = (candidate[c] > out[c]) | (candidate[c] != candidate[c])
                            out[c] = candidate[c] if better else out[c]
                            at[c] = k if better else at[c]


def max_pool(x: Array, size: int, stride: int) -> tuple[Array, Array]:
    """See the reference."""
    out = _out_shape(x, size, stride)
    x = np.ascontiguousarray(x)
    y, place = np.empty(out, x.dtype), np.empty(out, np.uint8)
    if size == stride == 2:
        _max_cells(x, y, place)
    else:
        _max_windows(x, size, stride, y, place)
    return y, place


@njit(error_model="numpy")
def _max_cells_backward(dy: Array, place: Array, size: int, dx: Array) -> None:
    zero = dy.dtype.type(0)
    for b in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            for di in range(size):  # dx is written in the order in which it lies in memory
                line = dx[b, i * size + di]
                for j in range(dy.shape[2]):
                    cotangent, at = dy[b, i, j], place[b, i, j]
                    for dj in range(size):
                        out, here = line[j * size + dj], np.uint8(di * size + dj)
                        for c in range(dy.shape[3]):
                            out[c] = cotangent[c] if at[c] == here else zero


@njit(error_model="numpy")
def _max_windows_backward(dy: Array, place: Array, size: int, stride: int, dx: Array) -> None:
    for b in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                for c in range(dy.shape[3]):
                    k = place[b, i, j, c]
                    dx[b, i * stride + k // size, j * stride + k % size, c] += dy[b, i, j, c]


def max_pool_backward(
    dy: Array, place: Array, shape: tuple[int, ...], size: int, stride: int
) -> Array:
    """See the reference."""
    dy = np.ascontiguousarray(dy)
    dx = _images(shape, size, stride, dy.dtype)
    if size == stride:
        _max_cells_backward(dy, place, size, dx)
    else:
        _max_windows_backward(dy, place, size, stride, dx)
    return dx


def _images(shape: tuple[int, ...], size: int, stride: int, dtype: np.dtype) -> Array:
    """Return images for windows to be written to: zeros, unless every element is in one window."""
    _, height, width, _ = shape
    full = size == stride and height % size == 0 and width % size == 0
    return (np.empty if full else np.zeros)(shape, dtype)


@njit(error_model="numpy")
def _cell_sums(x: Array, scale: float, y: Array) -> None:
    s = x.dtype.type(scale)
    for b in range(y.shape[0]):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                x00, x01 = x[b, 2 * i, 2 * j], x[b, 2 * i, 2 * j + 1]
                x10, x11 = x[b, 2 * i + 1, 2 * j], x[b, 2 * i + 1, 2 * j + 1]
                out = y[b, i, j]
                for c in range(y.shape[3]):
                    out[c] = s * (x00[c] + x01[c] + x10[c] + x11[c])


@njit(error_model="numpy")
def _window_sums(x: Array, size: int, stride: int, scale: float, y: Array) -> None:
    s = x.dtype.type(scale)
    for b in range(y.shape[0]):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                out = y[b, i, j]
                out[:] = 0
                for di in range(size):
                    for dj in range(size):
                        row = x[b, i * stride + di, j * stride + dj]
                        for c in range(y.shape[3]):
                            out[c] += row[c]
                for c in range(y.shape[3]):
                    out[c] *= s


def window_sums(x: Array, size: int, stride: int, scale: float) -> Array:
    """See the reference."""
    x = np.ascontiguousarray(x)
    y = np.empty(_out_shape(x, size, stride), x.dtype)
    if size == stride == 2:
        _cell_sums(x, scale, y)
    else:
        _window_sums(x, size, stride, scale, y)
    return y


@njit(error_model="numpy")
def _cell_spread(dy: Array, size: int, scale: float, dx: Array) -> None:
    s = dy.dtype.type(scale)
    for b in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                cotangent = dy[b, i, j]
                for di in range(size):
                    for dj in range(size):
                        out = dx[b, i * size + di, j * size + dj]
                        for c in range(dy.shape[3]):
                            out[c] = s * cotangent[c]


@njit(error_model="numpy")
def _window_spread(dy: Array, size: int, stride: int, scale: float, dx: Array) -> None:
    s = dy.dtype.type(scale)
    for b in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                cotangent = dy[b, i, j]
                for di in range(size):
                    for dj in range(size):
                        row = dx[b, i * stride + di, j * stride + dj]
                        for c in range(dy.shape[3]):
                            row[c] += s * cotangent[c]


def window_spread(dy: Array, shape: tuple[int, ...], size: int, stride: int, scale: float) -> Array:
    """See the reference."""
    dy = np.ascontiguousarray(dy)
    dx = _images(shape, size, stride, dy.dtype)
    if size == stride:
        _cell_spread(dy, size, scale, dx)
    else:
        _window_spread(dy, size, stride, scale, dx)
    return dx


@njit(error_model="numpy")
def _global_max(x: Array, y: Array, row: Array) -> None:
    for b in range(x.shape[0]):
        out, at = y[b], row[b]
        for c in range(x.shape[2]):
            out[c], at[c] = x[b, 0, c], 0
        for k in range(1, x.shape[1]):
            candidate = x[b, k]
            for c in range(x.shape[2]):
                better = (candidate[c] > out[c]) | (candidate[c] != candidate[c])
                out[c] = candidate[c] if better else out[c]
                at[c] = k if better else at[c]


def global_max(x: Array) -> tuple[Array, Array]:
    """See the reference."""
    y = np.empty((x.shape[0], x.shape[2]), x.dtype)
    row = np.empty(y.shape, np.int32)
    _global_max(np.ascontiguousarray(x), y, row)
    return y, row
