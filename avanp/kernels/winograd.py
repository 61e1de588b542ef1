"""3x3 correlation of stride 1 by Winograd's F(4x4, 3x3): a quarter of the multiplications.

Blocks of patches are transformed, multiplied by 36 matrices in the micro-kernel, and transformed
back; a block stays in an L2 cache. In float32 the largest error is about 1e-5 of the largest
output (2e-6 in the root mean square), thirty times that of the direct sum.
"""

import numpy as np
from numba import njit

from avanp.kernels.aligned import empty
from avanp.kernels.correlate import cut
from avanp.kernels.cpu import tile
from avanp.kernels.microkernel import call_tile, one_vector, two_vectors
from avanp.kernels.threads import own, parts, split
from avanp.kernels.transform import call_transform, transforms

Array = np.ndarray
Pair = tuple[int, int]

LEAST = 32  # channels: with fewer the transforms cost more than they save


def apt(shape: tuple[int, ...]) -> bool:
    """Return whether a kernel (kh, kw, C, O) is 3x3, of many channels that fill vectors."""
    kh, kw, channels, n_out = shape
    lanes = tile().lanes
    fills = channels % lanes == 0 and n_out % lanes == 0
    return (kh, kw) == (3, 3) and fills and min(channels, n_out) >= LEAST


def winograd(x: Array, w: Array, bias: Array | None, begin: Pair, y: Array) -> None:
    """Fill y (N, H', W', O) with the correlation of x (N, H, W, C) and w (3, 3, C, O), plus bias.

    y[n, u, v] begins at x[n, u + top, v + left], `begin` being (top, left); x is zero outside.
    """
    n, height, width, n_out = y.shape
    channels = x.shape[3]
    columns = tile().columns
    panels = -(-n_out // columns)
    if bias is None:
        bias = np.zeros(n_out, np.float32)
    block = 4 * tile().rows if max(channels, n_out) >= 128 else 2 * tile().rows
    patches = n * -(-height // 4) * -(-width // 4)
    blocks = parts(patches, block)
    half = one_vector() if n_out % columns else 0

    @own
    def buffers() -> tuple[Array, Array, Array]:
        u = empty((36, panels, channels, columns))
        _transform_kernel(w, u, transforms()[1], tile().lanes)
        return u, empty((36, block, channels)), empty((36, block, n_out))

    def run(start: int, stop: int) -> None:
        _winograd(
            x, bias, begin, y, *buffers(), blocks, transforms(), tile(), two_vectors(), half,
            start, stop,
        )  # fmt: skip

    split(run, blocks)


@njit(cache=True, error_model="numpy", nogil=True)
def _transform_kernel(w, u, transform, lanes):  # type: ignore
    """Transform w (3, 3, C, O) to the panels of u (36, O / columns, C, columns)."""
    _, _, channels, n_out = w.shape
    columns = u.shape[3]
    sources, targets = np.empty(9, np.int64), np.empty(36, np.int64)
    for c in range(channels):
        for o in range(0, n_out, columns):
            for t in range(9):
                sources[t] = w.ctypes.data + 4 * ((t * channels + c) * n_out + o)
            for k in range(36):
                row = (k * u.shape[1] + o // columns) * channels + c
                targets[k] = u.ctypes.data + 4 * row * columns
            count = min(columns, n_out - o) // lanes
            call_transform(transform, sources.ctypes.data, targets.ctypes.data, count, 0)


@njit(cache=True, error_model="numpy", nogil=True)
def _winograd(x, bias, begin, y, u, v, m, blocks, transforms, tile, two, one, start, stop):  # type: ignore
    """Do blocks start … stop of patches."""
    of_image, _, of_result = transforms
    lanes, most = tile
    columns = 2 * lanes
    _, out_h, out_w, n_out = y.shape
    n_images, height, width, channels = x.shape
    rows, across = (out_h + 3) // 4, (out_w + 3) // 4
    panels = u.shape[1]
    block = v.shape[1]
    outside = np.zeros(channels, np.float32)
    nowhere = np.empty(n_out, np.float32)
    sources, targets = np.empty(36, np.int64), np.empty(36, np.int64)
    v_rows, m_rows = np.arange(most) * channels, np.arange(most) * n_out
    cuts = np.empty(block // most + 2, np.int64)
    no_offset = np.zeros(1, np.int64)
    zeros = np.zeros(columns, np.float32)
    for b in range(start, stop):
        first = n_images * rows * across * b // blocks
        n_patches = n_images * rows * across * (b + 1) // blocks - first
        for p in range(n_patches):
            n, rest = divmod(first + p, rows * across)
            top, left = divmod(rest, across)
            top, left = 4 * top + begin[0], 4 * left + begin[1]
            for i in range(6):
                for j in range(6):
                    h, w = top + i, left + j
                    if 0 <= h < height and 0 <= w < width:
                        at = ((n * height + h) * width + w) * channels
                        sources[6 * i + j] = x.ctypes.data + 4 * at
                    else:
                        sources[6 * i + j] = outside.ctypes.data
                    targets[6 * i + j] = v.ctypes.data + 4 * ((6 * i + j) * block + p) * channels
            call_transform(of_image, sources.ctypes.data, targets.ctypes.data, channels // lanes, 0)
        tiles = cut(n_patches, most, cuts)
        for k in range(36):
            for o in range(0, n_out, columns):
                matrix = u.ctypes.data + 4 * (k * panels + o // columns) * channels * columns
                for i in range(tiles):
                    p = cuts[i]
                    call_tile(
                        two if n_out - o >= columns else one, cuts[i + 1] - p, 1,
                        no_offset.ctypes.data, channels,
                        v.ctypes.data + 4 * (k * block + p) * channels, v_rows.ctypes.data, 1,
                        matrix, columns,
                        m.ctypes.data + 4 * ((k * block + p) * n_out + o), m_rows.ctypes.data,
                        zeros.ctypes.data, 0,
                    )  # fmt: skip
        for p in range(n_patches):
            n, rest = divmod(first + p, rows * across)
            top, left = divmod(rest, across)
            top, left = 4 * top, 4 * left
            for k in range(36):
                sources[k] = m.ctypes.data + 4 * (k * block + p) * n_out
            for i in range(4):
                for j in range(4):
                    h, w = top + i, left + j
                    if h < out_h and w < out_w:
                        at = ((n * out_h + h) * out_w + w) * n_out
                        targets[4 * i + j] = y.ctypes.data + 4 * at
                    else:
                        targets[4 * i + j] = nowhere.ctypes.data
            call_transform(
                of_result, sources.ctypes.data, targets.ctypes.data, n_out // lanes,
                bias.ctypes.data,
            )  # fmt: skip
