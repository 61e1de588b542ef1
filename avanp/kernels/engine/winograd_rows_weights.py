"""The gradient of a kernel of 3 columns by Winograd's F(3, 4) along rows: half of the products.

    dw[i, j, c, o] = sum_nuv x[n, u + i + top, v + j + left, c] * dy[n, u, v, o]

Four places beside each other give 3 of the j by 6 products in place of 12. The sums stay at the
six points; what they amount to is worked out once, at the end.
"""

import math

import numpy as np

from avanp.kernels.compiled import njit
from avanp.kernels.engine.aligned import empty
from avanp.kernels.engine.copying import copy_floats, fill_band
from avanp.kernels.engine.cpu import tile
from avanp.kernels.engine.rows_sums import HALF, call_sums, group, sums_loops
from avanp.kernels.engine.rows_tile import BLOCK
from avanp.kernels.engine.threads import split
from avanp.kernels.engine.winograd_formulas import SCALES, three
from avanp.kernels.engine.winograd_rows import pays, transform_band

Array = np.ndarray
Pair = tuple[int, int]

A_T = np.array(three(*np.eye(6, dtype=np.float32))) * np.array(SCALES, np.float32)
BAND = 2**17  # floats of a band's transformed image, and of its dy: within an L2 cache
PARTS = 8  # of the images, at most: each part has its own sums, whatever thread computes them
SUMS = 2**19  # floats of all parts' sums, if not of two
LEAST = 16  # patches of an image
A_PATCH = 2**13  # floats of a part's sums, at most, for each patch that is added to them at once


def apt(kernel: Pair, channels: int, dy_shape: tuple[int, ...]) -> bool:
    """Return whether a kernel is 3 wide, fills vectors, and has neither few nor many sums.

    With few the transform of dy costs more than it saves. With many their traffic does, if images
    are small. With 16 registers dy is transformed for every three rows, which is too often.
    """
    if group() == HALF:
        return False
    _, height, width, n_out = dy_shape
    rows, patches = kernel[0] * channels, height * -(-width // 4)
    fills = kernel[1] == 3 and n_out >= tile().lanes and pays(width)
    return fills and rows >= 2 * HALF and LEAST <= patches >= rows * 6 * n_out / A_PATCH


def correlate_weights_rows(
    x: Array, dy: Array, kernel: Pair, begin: Pair, bias: bool
) -> tuple[Array, Array | None]:
    """Return dw (kh, 3, C, O), and the sums (O,) of dy where `bias` asks for them.

    x and dy are float32 and C-ordered; `begin` is (top, left).
    """
    kh, (_, height, width, n_out), channels = kernel[0], dy.shape, x.shape[3]
    lanes = tile().lanes
    panels, n_rows = -(-n_out // lanes), kh * channels
    shape = (panels, -(-n_rows // HALF) * HALF, 6, lanes)
    most = min(len(x), PARTS, max(2, SUMS // math.prod(shape)))
    parts = 2 ** (max(1, most).bit_length() - 1)  # which two or four threads share evenly
    sums = empty((parts, *shape))
    dy_sums = np.zeros((parts, panels, lanes), np.float32)
    starts = np.arange(0, width, 4)
    room = BAND // (len(starts) * max(-(-channels // BLOCK) * BLOCK * 6, 4 * panels * lanes))
    rows = max(1, min(height, room - kh + 1))

    def run(start: int, stop: int) -> None:
        _sums(x, dy, sums, dy_sums, starts, (kh, rows), begin, group(), sums_loops(), start, stop)

    split(run, parts)
    dw = empty((kh, 3, channels, panels * lanes))
    split(lambda start, stop: _work_out(sums, A_T, dw, start, stop), panels)
    db = dy_sums.sum(axis=0).reshape(-1)[:n_out] if bias else None
    return np.ascontiguousarray(dw[..., :n_out]), db


@njit(error_model="numpy", nogil=True)
def _sums(x, dy, sums, dy_sums, starts, cut, begin, most, loops, start, stop):  # type: ignore
    """Do parts start … stop."""
    kh, rows = cut
    n_parts, panels, n_rows, _, lanes = sums.shape
    n_images, height, width, n_out = dy.shape
    channels, across = x.shape[3], len(starts)
    shape = (rows + kh - 1, 4 * across + 2, channels)
    size = shape[0] * shape[1] * shape[2]
    padded = np.zeros(size + BLOCK - 1, np.float32)[:size].reshape(shape)
    blocks = (channels + BLOCK - 1) // BLOCK
    v_step = blocks * 6 * BLOCK
    v = np.empty((rows + kh - 1, across, blocks, 6, BLOCK), np.float32)
    # The rows go in groups of threes, as even as can be.
    groups = (n_rows + most - 1) // most
    cuts = np.empty(groups + 1, np.int64)
    for g in range(groups + 1):
        cuts[g] = 3 * (n_rows // 3 * g // groups)
    nowhere = np.zeros(lanes, np.float32)
    sources = np.zeros(n_rows, np.int64)  # those of no row meet the first's numbers
    for i in range(kh):
        for c in range(channels):
            sources[i * channels + c] = i * across * v_step + c // BLOCK * 6 * BLOCK + c % BLOCK
    # dy whose rows are not of whole patches, or its places of whole vectors, is copied to such.
    wide = panels * lanes
    ragged = width % 4 != 0 or n_out != wide
    filled = np.zeros((rows if ragged else 0, 4 * across, wide), np.float32)
    for part in range(start, stop):
        sums[part] = 0
        for n in range(n_images * part // n_parts, n_images * (part + 1) // n_parts):
            for first in range(0, height, rows):
                here = min(rows, height - first)
                fill_band(x, n, first + begin[0], begin[1], padded[: here + kh - 1])
                transform_band(padded[: here + kh - 1], starts, v)
                a_dy = dy.ctypes.data + 4 * (n * height + first) * width * n_out
                if ragged:
                    count = 1 if n_out == wide else width  # of pieces in which a row is copied
                    piece = width // count * n_out
                    for r in range(here):
                        for p in range(count):
                            source = a_dy + 4 * (r * count + p) * piece
                            copy_floats(filled[r, p:].ctypes.data, source, piece)
                    a_dy = filled.ctypes.data
                for o in range(panels):
                    for loop in loops:
                        for g in range(groups):
                            m = cuts[g]
                            total = nowhere if g else dy_sums[part, o]
                            call_sums(
                                loop, here * across, v.ctypes.data, v_step, cuts[g + 1] - m,
                                sources[m:].ctypes.data, a_dy + 4 * o * lanes, wide,
                                sums[part, o, m:].ctypes.data, total.ctypes.data,
                            )  # fmt: skip


@njit(error_model="numpy", nogil=True)
def _work_out(sums, of_points, dw, start, stop):  # type: ignore
    """Add the parts, and work out dw from the sums at the points, for panels start … stop."""
    n_parts, _, _, points, lanes = sums.shape
    kh, columns, channels, _ = dw.shape
    total, out = np.empty((points, lanes), np.float32), np.empty(lanes, np.float32)
    for p in range(start, stop):
        for row in range(kh * channels):
            i, c = divmod(row, channels)
            # One number at a time: slices of arrays compile for three seconds.
            for k in range(points):
                for o in range(lanes):
                    total[k, o] = sums[0, p, row, k, o]
            for part in range(1, n_parts):
                for k in range(points):
                    for o in range(lanes):
                        total[k, o] += sums[part, p, row, k, o]
            for j in range(columns):
                for o in range(lanes):
                    out[o] = 0
                for k in range(points):
                    for o in range(lanes):
                        out[o] += of_points[j, k] * total[k, o]
                for o in range(lanes):
                    dw[i, j, c, p * lanes + o] = out[o]
