"""Numba twins of `avanp.kernels.reference_norm`: each array is read once a kernel.

Sums are made of blocks of rows in x's dtype, and the blocks are added in float64. The columns are
independent, so the loops vectorise without any reordering. What is computed from sums goes through
the rows backwards, span by span: the last ones read are still in the cache. A span is long, since
memory is read ahead only in its own order. `avanp.kernels.norm_rows` lays out the rows and shares
them among threads.
"""

import numpy as np

from avanp.kernels.compiled import inner, njit
from avanp.kernels.engine.aligned import LINE
from avanp.kernels.norm_rows import (
    block_rows,
    cuts_of,
    each_part,
    fold_of,
    folded,
    new,
    over_rows,
    span_rows,
    tiled,
)

Array = np.ndarray


@inner(error_model="numpy", nogil=True)
def _row(x: Array) -> Array:
    """Return memory for a row of x, which begins at a cache line and is no part of another array.

    Of arrays that may overlap the compiler makes sure at every row.
    """
    room = np.empty(x.shape[1] + LINE // x.itemsize, x.dtype)
    first = -(room.ctypes.data // x.itemsize) % (LINE // x.itemsize)
    return room[first : first + x.shape[1]]


@njit(error_model="numpy", nogil=True)
def _moments(x: Array, block: int, mean: Array, squares: Array) -> None:
    """Chan, Golub and LeVeque's merging of each block's sums of deviations and of their squares.

    A block's deviations are from the mean so far (the first's from its first row), so that little
    cancels whatever the size of the mean.
    """
    m, n = x.shape
    centre, total, square = _row(x), _row(x), _row(x)
    centre[:] = x[0]
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
    (m, n), fold = x.shape, fold_of(*x.shape)
    rows = folded(x, fold)
    cuts = cuts_of(rows)
    mean, squares = np.empty((2, len(cuts) - 1, n * fold))

    def run(part: int) -> None:
        here = rows[cuts[part] : cuts[part + 1]]
        _moments(here, block_rows(n * fold), mean[part], squares[part])

    each_part(run, len(mean))
    if mean.size == n:
        return mean[0], squares[0] / m
    means = mean.reshape(-1, n)
    weights = np.repeat(np.diff(cuts) / len(rows), fold)[:, np.newaxis] / fold
    whole = (weights * means).sum(axis=0)
    between = (weights * np.square(means - whole)).sum(axis=0)
    return whole, squares.reshape(-1, n).sum(axis=0) / m + between


@njit(error_model="numpy", nogil=True)
def _normalise(x, affine, slope, add, span, start, stop, y):  # type: ignore
    """Fill rows start … stop of y; `add` is empty where nothing is added."""
    n, zero = x.shape[1], slope - slope
    mean, scale, shift = affine[0], affine[1], affine[2]
    while stop > start:
        first = max(start, stop - span)
        for r in range(first, stop):
            row, out = x[r], y[r]
            for c in range(n):
                out[c] = (row[c] - mean[c]) * scale[c] + shift[c]
            # What follows finds the row in the L1 cache.
            if len(add) > 0:
                other = add[r]
                for c in range(n):
                    out[c] += other[c]
            if slope == 0:
                for c in range(n):
                    out[c] = zero if out[c] <= zero else out[c]
            elif slope != 1:
                for c in range(n):
                    out[c] = out[c] if out[c] > zero else slope * out[c] + zero
        stop = first


def normalise(x: Array, affine: Array, slope: float = 1.0, add: Array | None = None) -> Array:
    """See the reference."""
    n, fold = x.shape[1], fold_of(*x.shape)
    y = new(x.shape, x.dtype)
    rows, out = folded(x, fold), folded(y, fold)
    affine, by = tiled(affine, fold), x.dtype.type(slope)
    other = out[:0] if add is None else folded(add, fold)
    span = span_rows(n * fold)
    over_rows(lambda i, j: _normalise(rows, affine, by, other, span, i, j, out), rows)
    return y


@njit(error_model="numpy", nogil=True)
def _norm_sums(dy, x, affine, slope, block, sums, dots):  # type: ignore
    (m, n), zero = x.shape, slope - slope
    mean, scale, shift = affine[0], affine[1], affine[2]
    total, dot = _row(x), _row(x)
    sums[:] = 0.0
    dots[:] = 0.0
    for start in range(0, m, block):
        total[:] = 0
        dot[:] = 0
        for r in range(start, min(start + block, m)):
            row, cotangent = x[r], dy[r]
            if slope == 1:
                for c in range(n):
                    total[c] += cotangent[c]
                    dot[c] += cotangent[c] * (row[c] - mean[c])
            else:
                for c in range(n):
                    d = row[c] - mean[c]
                    dv = cotangent[c] if d * scale[c] + shift[c] > zero else slope * cotangent[c]
                    total[c] += dv
                    dot[c] += dv * d
        for c in range(n):
            sums[c] += total[c]
            dots[c] += dot[c]


def norm_sums(dy: Array, x: Array, affine: Array, slope: float = 1.0) -> tuple[Array, Array]:
    """See the reference."""
    n, fold = x.shape[1], fold_of(*x.shape)
    rows, cotangent = folded(x, fold), folded(dy, fold)
    affine, by = tiled(affine, fold), x.dtype.type(slope)
    cuts = cuts_of(rows)
    sums, dots = np.empty((2, len(cuts) - 1, n * fold))

    def run(part: int) -> None:
        here = slice(cuts[part], cuts[part + 1])
        block = block_rows(n * fold)
        _norm_sums(cotangent[here], rows[here], affine, by, block, sums[part], dots[part])

    each_part(run, len(sums))
    return sums.reshape(-1, n).sum(axis=0), dots.reshape(-1, n).sum(axis=0)


@njit(error_model="numpy", nogil=True)
def _norm_input(dy, x, affine, slope, back, span, start, stop, dx):  # type: ignore
    """Fill rows start … stop of dx."""
    n, zero = x.shape[1], slope - slope
    mean, scale, shift = affine[0], affine[1], affine[2]
    a, b, c = back[0], back[1], back[2]
    while stop > start:
        first = max(start, stop - span)
        for r in range(first, stop):
            row, cotangent, out = x[r], dy[r], dx[r]
            if slope == 1:
                for j in range(n):
                    out[j] = a[j] * cotangent[j] - b[j] * (row[j] - mean[j]) - c[j]
            else:
                for j in range(n):
                    d = row[j] - mean[j]
                    dv = cotangent[j] if d * scale[j] + shift[j] > zero else slope * cotangent[j]
                    out[j] = a[j] * dv - b[j] * d - c[j]
        stop = first


def norm_input(dy: Array, x: Array, affine: Array, slope: float, back: Array) -> Array:
    """See the reference."""
    n, fold = x.shape[1], fold_of(*x.shape)
    dx = new(x.shape, x.dtype)
    rows, cotangent, out = folded(x, fold), folded(dy, fold), folded(dx, fold)
    affine, back, by = tiled(affine, fold), tiled(back, fold), x.dtype.type(slope)
    span = span_rows(n * fold)
    over_rows(lambda i, j: _norm_input(cotangent, rows, affine, by, back, span, i, j, out), rows)
    return dx
