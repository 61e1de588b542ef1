"""The gradient of a correlation's kernel, tile by tile.

    dw[i, j, c, o] = sum_nuv x[n, sh u + i + top, sw v + j + left, c] * dy[n, u, v, o]

A tile is 14 of the (i, j, c) by 32 of the o. The images are summed in a few parts, as many as the
shape says, so that the sums do not depend on the threads, which take parts and then tiles. The bias
is the weight of one more row that meets ones.
"""

import numpy as np

from avanp.kernels.compiled import njit
from avanp.kernels.engine.aligned import empty
from avanp.kernels.engine.copying import copy_floats, fill_band
from avanp.kernels.engine.correlate import BAND, Array, Pair, steps
from avanp.kernels.engine.cpu import tile
from avanp.kernels.engine.microkernel import call_tile, one_vector, two_vectors
from avanp.kernels.engine.threads import split, threads

SUMS = 2**18  # floats of all parts' sums: 1 MB, within what L2 caches have
PARTS = 4  # at most
PLACES = 256  # of dy in one go, whose numbers stay in an L1 cache while tiles change


def correlate_weights(
    x: Array, dy: Array, kernel: Pair, stride: Pair, begin: Pair, bias: bool
) -> tuple[Array, Array | None]:
    """Return dw (kh, kw, C, O), and the sums (O,) of dy where `bias` asks for them.

    x and dy are float32 and C-ordered; `begin` is (top, left).
    """
    if stride == (1, 1) and _waste(dy.shape[3]) > _waste(x.shape[3]):
        # At stride 1 the roles may change: few output channels would leave a tile idle.
        begin = (1 - kernel[0] - begin[0], 1 - kernel[1] - begin[1])
        dw, _ = _sums(dy, x, kernel, stride, begin, False)
        db = channel_sums(dy) if bias else None
        return np.ascontiguousarray(dw[::-1, ::-1].swapaxes(2, 3)), db
    return _sums(x, dy, kernel, stride, begin, bias)


def _waste(n: int) -> float:
    """Return how many columns are computed for one that is wanted."""
    lanes = tile().lanes
    return -(-n // lanes) * lanes / n


def _sums(
    x: Array, dy: Array, kernel: Pair, stride: Pair, begin: Pair, bias: bool
) -> tuple[Array, Array | None]:
    n_out, columns = dy.shape[3], tile().columns
    panels = -(-n_out // columns)
    n_rows = kernel[0] * kernel[1] * x.shape[3]
    shape = (n_rows + bias, panels * columns)
    n_parts = min(PARTS, SUMS // (shape[0] * shape[1]), len(x))
    n_parts = 2 ** (max(1, n_parts).bit_length() - 1)  # which two or four threads share evenly
    sums = empty((n_parts, *shape))
    sums[...] = 0
    half = one_vector() if 0 < n_out % columns <= columns // 2 else 0
    tiles = max(-(-shape[0] // tile().rows), -(-threads() // (panels * n_parts)))
    geometry = (*kernel, *stride, *begin, bias, tiles)

    def run(start: int, stop: int) -> None:
        _correlate_weights(x, dy, sums, geometry, tile(), two_vectors(), half, start, stop)

    split(run, n_parts * panels * tiles, once=True)
    total = sums[0]
    for part in sums[1:]:
        total += part
    total = np.ascontiguousarray(total[:, :n_out])
    dw = total[:n_rows].reshape(*kernel, x.shape[3], n_out)
    return dw, total[n_rows].copy() if bias else None


@njit(error_model="numpy", nogil=True)
def _correlate_weights(x, dy, sums, geometry, tile, two, one, start, stop):  # type: ignore
    """Do tiles start … stop of parts * panels * tiles."""
    lanes, most = tile
    kh, kw, sh, sw, top, left, bias, tiles = geometry
    n_images, channels = len(x), x.shape[3]
    _, n_rows, n_columns, n_out = dy.shape
    columns = 2 * lanes
    n_parts, n_sums, width = sums.shape
    units = width // columns * tiles  # of a part
    padded_width = sw * (n_columns - 1) + kw
    room = BAND // (padded_width * channels)
    band = max(1, min(n_rows, (room - kh) // sh + 1))
    step = max(1, min(band, PLACES // n_columns))  # rows in one go
    band_height = sh * (band - 1) + kh
    padded = np.ones((2 if bias else 1, band_height, padded_width, channels), np.float32)
    row_size = padded_width * channels
    sources = np.empty(n_sums, np.int64)
    for i in range(kh):
        for m in range(kw * channels):
            sources[i * kw * channels + m] = i * row_size + m
    if bias:
        sources[-1] = band_height * row_size  # the ones
    cuts = np.empty(tiles + 1, np.int64)
    for i in range(tiles + 1):
        cuts[i] = n_sums * i // tiles
    targets = steps(most, width)
    taps = steps(step, sh * row_size)
    zeros = np.zeros(columns, np.float32)
    # dy whose channels do not fill vectors is copied to rows that do.
    b_width = (n_out + lanes - 1) // lanes * lanes
    ragged = b_width != n_out
    filled = np.zeros((band * n_columns if ragged else 0, b_width), np.float32)
    part = start // units
    for n in range(n_images * part // n_parts, n_images * -(-stop // units) // n_parts):
        while n >= n_images * (part + 1) // n_parts:
            part += 1
        low, high = max(0, start - part * units), min(units, stop - part * units)
        for first in range(0, n_rows, band):
            last = min(first + band, n_rows)
            fill_band(x, n, sh * first + top, left, padded[0])
            b_band = dy.ctypes.data + 4 * (n * n_rows + first) * n_columns * n_out
            if ragged:
                for row in range((last - first) * n_columns):
                    copy_floats(filled[row:].ctypes.data, b_band + 4 * row * n_out, n_out)
                b_band = filled.ctypes.data
            for u in range(0, last - first, step):
                a = padded.ctypes.data + 4 * sh * u * row_size
                b = b_band + 4 * u * n_columns * b_width
                for unit in range(low, high):
                    o = unit // tiles * columns
                    i = unit % tiles
                    m = cuts[i]
                    call_tile(
                        one if n_out - o <= lanes else two, cuts[i + 1] - m,
                        min(step, last - first - u), taps.ctypes.data, n_columns,
                        a, sources[m:].ctypes.data, sw * channels, b + 4 * o, b_width,
                        sums[part].ctypes.data + 4 * (m * width + o), targets.ctypes.data,
                        zeros.ctypes.data, 1,
                    )  # fmt: skip


def channel_sums(dy: Array) -> Array:
    """Return the sums (O,) over images and places."""
    sums = np.zeros(dy.shape[3], np.float32)
    _add_columns(dy.reshape(-1, dy.shape[3]), sums)
    return sums


@njit(error_model="numpy", nogil=True)
def _add_columns(a: Array, sums: Array) -> None:
    """Add the sums over the rows of a (M, O) to `sums`, in parts: many small terms count."""
    part = np.empty(a.shape[1], np.float32)
    for first in range(0, len(a), PLACES):
        part[:] = 0
        for m in range(first, min(first + PLACES, len(a))):
            for o in range(a.shape[1]):
                part[o] += a[m, o]
        for o in range(a.shape[1]):
            sums[o] += part[o]
