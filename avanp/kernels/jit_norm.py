"""Numba twins of `avanp.kernels.reference_norm`: each array is read once a kernel.

Sums are made of blocks of rows in x's dtype, and the blocks are added in float64. The columns are
independent, so the loops vectorise without any reordering. What is computed from sums goes through
the rows backwards, span by span: the last ones read are still in the cache. A span is long, since
memory is read ahead only in its own order.
"""

import numpy as np

from avanp.kernels.compiled import njit

Array = np.ndarray

BLOCK = 16384  # elements of x that are summed in its dtype
SPAN = 131072  # elements of x between two steps backwards: half of a small L2 cache
ROWS = 256  # at most: a float32 sum over more of them drifts
WIDTH = 64  # columns that fill a vector loop


def _fold(rows: int, columns: int) -> int:
    """Return how many rows to lay side by side so that few columns still fill a vector."""
    fold = 1
    while rows % (2 * fold) == 0 and 2 * fold * columns <= WIDTH:
        fold *= 2
    return fold


def _folded(x: Array, fold: int) -> Array:
    m, n = x.shape
    return np.ascontiguousarray(x).reshape(m // fold, n * fold)


def _rows(columns: int) -> int:
    return max(1, min(ROWS, BLOCK // columns))


def _span(columns: int) -> int:
    return max(1, SPAN // columns)


@njit(error_model="numpy")
def _moments(x: Array, block: int, mean: Array, squares: Array) -> None:
    """Chan, Golub and LeVeque's merging of each block's sums of deviations and of their squares.

    A block's deviations are from the mean so far (the first's from its first row), so that little
    cancels whatever the size of the mean.
    """
    m, n = x.shape
    centre = x[0].copy()
    total = np.empty(n, x.dtype)
    square = np.empty(n, x.dtype)
    mean[:] = 0.0
    squares[:] = 0.0
    for start in range(0, m, block):
        stop = min(start + block, m)
        each, share = 1.0 / (stop - start), (stop - start) / stop
        total[:] = 0
        square[:] = 0
        for r in range(start, stop):
            row = x[r]
            for c in range(n):
                d = row[c] - centre[c]
                total[c] += d
                square[c] += d * d
        for c in range(n):
            excess = float(total[c])
            step = float(centre[c]) + excess * each - mean[c]
            squares[c] += float(square[c]) - excess * excess * each
            squares[c] += step * step * start * share
            mean[c] += step * share
            centre[c] = mean[c]


def moments(x: Array) -> tuple[Array, Array]:
    """See the reference."""
    (m, n), fold = x.shape, _fold(*x.shape)
    mean, squares = np.empty((2, n * fold))
    _moments(_folded(x, fold), _rows(n * fold), mean, squares)
    if fold == 1:
        return mean, squares / m
    means = mean.reshape(fold, n)
    mean = means.mean(axis=0)
    between = np.square(means - mean).mean(axis=0)
    return mean, squares.reshape(fold, n).sum(axis=0) / m + between


@njit(error_model="numpy")
def _normalise(x: Array, mean: Array, scale: Array, shift: Array, span: int, y: Array) -> None:
    stop = x.shape[0]
    while stop > 0:
        start = max(0, stop - span)
        for r in range(start, stop):
            row, out = x[r], y[r]
            for c in range(x.shape[1]):
                out[c] = (row[c] - mean[c]) * scale[c] + shift[c]
        stop = start


def normalise(x: Array, mean: Array, scale: Array, shift: Array) -> Array:
    """See the reference."""
    n, fold = x.shape[1], _fold(*x.shape)
    y = np.empty(x.shape, x.dtype)
    if fold > 1:
        mean, scale, shift = (np.tile(v, fold) for v in (mean, scale, shift))
    _normalise(_folded(x, fold), mean, scale, shift, _span(n * fold), _folded(y, fold))
    return y


@njit(error_model="numpy")
def _norm_sums(dy: Array, x: Array, mean: Array, block: int, sums: Array, dots: Array) -> None:
    m, n = x.shape
    total = np.empty(n, x.dtype)
    dot = np.empty(n, x.dtype)
    sums[:] = 0.0
    dots[:] = 0.0
    for start in range(0, m, block):
        total[:] = 0
        dot[:] = 0
        for r in range(start, min(start + block, m)):
            row, cotangent = x[r], dy[r]
            for c in range(n):
                total[c] += cotangent[c]
                dot[c] += cotangent[c] * (row[c] - mean[c])
        for c in range(n):
            sums[c] += total[c]
            dots[c] += dot[c]


def norm_sums(dy: Array, x: Array, mean: Array) -> tuple[Array, Array]:
    """See the reference."""
    n, fold = x.shape[1], _fold(*x.shape)
    sums, dots = np.empty((2, n * fold))
    block = _rows(n * fold)
    mean = np.tile(mean, fold) if fold > 1 else mean
    _norm_sums(_folded(dy, fold), _folded(x, fold), mean, block, sums, dots)
    return sums.reshape(fold, n).sum(axis=0), dots.reshape(fold, n).sum(axis=0)


@njit(error_model="numpy")
def _norm_input(
    dy: Array, x: Array, mean: Array, a: Array, b: Array, c: Array, span: int, dx: Array
) -> None:
    stop = x.shape[0]
    while stop > 0:
        start = max(0, stop - span)
        for r in range(start, stop):
            row, cotangent, out = x[r], dy[r], dx[r]
            for j in range(x.shape[1]):
                out[j] = a[j] * cotangent[j] - b[j] * (row[j] - mean[j]) - c[j]
        stop = start


def norm_input(dy: Array, x: Array, mean: Array, a: Array, b: Array, c: Array) -> Array:
    """See the reference."""
    n, fold = x.shape[1], _fold(*x.shape)
    dx = np.empty(x.shape, x.dtype)
    if fold > 1:
        mean, a, b, c = (np.tile(v, fold) for v in (mean, a, b, c))
    span = _span(n * fold)
    _norm_input(_folded(dy, fold), _folded(x, fold), mean, a, b, c, span, _folded(dx, fold))
    return dx
