"""Correlation of stride 1 by Winograd's F(4, 3) along rows: half of the multiplications.

Four places beside each other cost 6 products in place of 12. What F(4x4, 3x3) saves beyond that,
its transforms cost again where channels are few.
"""

import numpy as np

from avanp.kernels.compiled import inner, njit
from avanp.kernels.engine.aligned import LINE, SIZE, empty
from avanp.kernels.engine.copying import copy_floats, fill_band
from avanp.kernels.engine.correlate import steps
from avanp.kernels.engine.cpu import tile
from avanp.kernels.engine.emit import fence
from avanp.kernels.engine.rows_tile import (
    BLOCK,
    call_rows,
    rows_loop,
    rows_loop_past,
    transform_patch,
)
from avanp.kernels.engine.threads import split
from avanp.kernels.engine.winograd_formulas import kernel

Array = np.ndarray
Pair = tuple[int, int]

G = np.array(kernel(*np.eye(3, dtype=np.float32)))
BAND = 2**15  # floats of a band's transformed image
# Bytes of a y that goes past the caches: the next layer would not find much of a larger one there.
PAST = 2**22
GROUP = 32  # patches for which all output channels are computed, while y stays in an L1 cache


def pays(width: int) -> bool:
    """Return whether patches of four leave a quarter of the products or more of a row undone."""
    return width >= 4 and 6 * -(-width // 4) <= 0.75 * 3 * width


def apt(shape: tuple[int, ...], width: int) -> bool:
    """Return whether a kernel (kh, kw, C, O) is 3 wide and fills a vector, and y is wide enough.

    Of more than a vector the last one may be filled up: a direct sum would be so too.
    """
    return shape[1] == 3 and shape[3] >= tile().lanes and pays(width)


def winograd_rows(x: Array, w: Array, bias: Array | None, begin: Pair, y: Array) -> None:
    """Fill y (N, H', W', O) with the correlation of x (N, H, W, C) and w (kh, 3, C, O), plus bias.

    y[n, u, v] begins at x[n, u + top, v + left], `begin` being (top, left); x is zero outside.
    """
    n, height, width, n_out = y.shape
    kh, _, channels, _ = w.shape
    lanes = tile().lanes
    panels = -(-n_out // lanes)
    points = np.zeros((kh, 6, channels, panels * lanes), np.float32)
    points[..., :n_out] = (G @ w.reshape(kh, 3, -1)).reshape(kh, 6, channels, n_out)
    u = empty((panels, kh, channels, 6, lanes))
    u[...] = points.reshape(kh, 6, channels, panels, lanes).transpose(3, 0, 2, 1, 4)
    full_bias = np.zeros(panels * lanes, np.float32)
    if bias is not None:
        full_bias[:n_out] = bias
    # The last patch of a row lies over the one before where four do not divide the width.
    starts = np.minimum(np.arange(0, width, 4), width - 4)
    rows = max(1, min(height, BAND // (len(starts) * -(-channels // BLOCK) * BLOCK * 6) - kh + 1))
    bands = -(-height // rows)
    # A vector that is a part of a line would leave the line half written.
    past = y.nbytes > PAST and lanes * SIZE == LINE and n_out % lanes == 0
    loop = rows_loop_past() if past else rows_loop()

    def run(start: int, stop: int) -> None:
        _winograd_rows(x, u, full_bias, begin, y, starts, (rows, bands), loop, start, stop)

    split(run, n * bands)


@inner(error_model="numpy", nogil=True)
def transform_band(padded: Array, starts: Array, v: Array) -> None:
    """Transform rows (R, W, C), and 3 floats after them, to v (R, patches, C / 4, 6, 4)."""
    rows, width, channels = padded.shape
    source, target = padded.ctypes.data, v.ctypes.data
    for r in range(rows):
        for p in range(len(starts)):
            at = (r * width + starts[p]) * channels
            for c in range(0, channels, BLOCK):
                transform_patch(source + 4 * (at + c), channels, target)  # type: ignore
                target += 4 * 6 * BLOCK


@njit(error_model="numpy", nogil=True)
def _winograd_rows(x, u, bias, begin, y, starts, cut, loop, start, stop):  # type: ignore
    """Do bands start … stop."""
    rows, bands = cut
    panels, kh, channels, _, lanes = u.shape
    _, height, width, n_out = y.shape
    across = len(starts)
    shape = (rows + kh - 1, width + 2, channels)
    size = shape[0] * shape[1] * shape[2]
    padded = np.zeros(size + BLOCK - 1, np.float32)[:size].reshape(shape)
    blocks = (channels + BLOCK - 1) // BLOCK
    v = np.empty((rows + kh - 1, across, blocks, 6, BLOCK), np.float32)
    taps = np.empty(kh * channels, np.int64)
    for i in range(kh):
        for c in range(channels):
            taps[i * channels + c] = (i * across * blocks + c // BLOCK) * 6 * BLOCK + c % BLOCK
    # y whose channels do not fill vectors is copied from rows that do.
    wide = panels * lanes
    filled = np.empty((0 if wide == n_out else rows * width, wide), np.float32)
    sources = steps(rows * across, blocks * 6 * BLOCK)
    targets = np.empty(rows * across, np.int64)
    for r in range(rows):
        for p in range(across):
            targets[r * across + p] = (r * width + starts[p]) * wide
    for band in range(start, stop):
        n = band // bands
        first = band % bands * rows
        here = min(rows, height - first)
        fill_band(x, n, first + begin[0], begin[1], padded[: here + kh - 1])
        transform_band(padded[: here + kh - 1], starts, v)
        y_band = y.ctypes.data + 4 * (n * height + first) * width * n_out
        to = y_band if wide == n_out else filled.ctypes.data
        for p in range(0, here * across, GROUP):
            for o in range(panels):
                call_rows(
                    loop, min(GROUP, here * across - p), sources[p:].ctypes.data,
                    targets[p:].ctypes.data, v.ctypes.data, len(taps), taps.ctypes.data,
                    u[o].ctypes.data, to + 4 * o * lanes, wide, bias[o * lanes :].ctypes.data,
                )  # fmt: skip
        for place in range(here * width if wide != n_out else 0):
            copy_floats(y_band + 4 * place * n_out, filled[place:].ctypes.data, n_out)
    fence()
