"""Correlation with few output channels: a product with all taps at once, then a gathering sum.

    z[h, w, (i, j, o)] = x[h, w, :] @ w[i, j, :, o]
    out[oh u + a, ow v + c, o] = bias[o] + sum_ij z[u + i + top, v + j + left, (i, j, o)]

A tile of 32 columns computes all taps of one output channel in the time that the direct sum takes
for one tap of 32. For stride 1 only: with another most of z would not be used.
"""

from collections.abc import Sequence

import numpy as np

from avanp.kernels.compiled import njit
from avanp.kernels.engine.aligned import empty
from avanp.kernels.engine.correlate import Array, Pair, Phase, Window, cut, steps
from avanp.kernels.engine.cpu import tile
from avanp.kernels.engine.microkernel import call_tile, one_vector, two_vectors
from avanp.kernels.engine.threads import split


def apt(channels: int, n_out: int, n_taps: int) -> bool:
    """Return whether this is less work than a direct sum, `n_taps` being those of all phases.

    Counted in vectors for a place of x; a term of the gathering sum costs as much as four.
    """
    lanes = tile().lanes
    direct = n_taps * channels * -(-n_out // lanes)
    return direct > channels * -(-n_out * n_taps // lanes) + 4 * n_out * n_taps


def correlate_few(
    x: Array, phases: Sequence[Phase], bias: Array | None, out: Array, spread: Pair
) -> None:
    """Fill `out` (N, H', W', O) from x (N, H, W, C), both float32 and C-ordered.

    The phases are those of `set_unmet`.
    """
    channels, n_out = x.shape[3], out.shape[3]
    places = [phase.places(out, spread) for phase in phases]
    most = (max(p[0] for p in places), max(p[1] for p in places))
    window = Window.of(phases, x, (1, 1), most)
    # x and z meet on rows top … bottom of x, of which z has those outside as zeros.
    lanes = tile().lanes
    weights = np.concatenate(
        [p.w.transpose(2, 0, 1, 3).reshape(channels, -1) for p in phases], axis=1
    )
    width = -(-weights.shape[1] // lanes) * lanes
    packed = empty((channels, width))
    packed[:, weights.shape[1] :] = 0
    packed[:, : weights.shape[1]] = weights
    first = np.cumsum([0, *[p.w.shape[0] * p.w.shape[1] * n_out for p in phases]])
    table = np.array(
        [
            (*p.w.shape[:2], p.begin[0] - window.top, p.begin[1] - window.left, *p.place, *n, f)
            for p, n, f in zip(phases, places, first, strict=False)
        ]
    )
    full_bias = np.zeros(n_out, np.float32) if bias is None else bias
    geometry = (
        *spread, window.top, window.left, most[0] - 1 + window.height, window.width,
    )  # fmt: skip

    def run(start: int, stop: int) -> None:
        _correlate_few(
            x, packed, full_bias, out, table, geometry, tile(), two_vectors(), one_vector(),
            start, stop,
        )  # fmt: skip

    split(run, len(x))


@njit(error_model="numpy", nogil=True)
def _correlate_few(x, packed, bias, out, table, geometry, tile, two, one, start, stop):  # type: ignore
    """Do images start … stop."""
    lanes, most = tile
    oh, ow, top, left, z_height, z_width = geometry
    _, height, width, channels = x.shape
    n_out = out.shape[3]
    columns = packed.shape[1]
    z = np.zeros((z_height, z_width, columns), np.float32)
    flat = z.reshape(z.size)
    h0, h1 = max(0, top), min(height, top + z_height)
    w0, w1 = max(0, left), min(width, left + z_width)
    across = max(0, w1 - w0)
    cuts = np.empty(across // most + 2, np.int64)
    tiles = cut(across, most, cuts)
    a_rows, z_rows = steps(most, channels), steps(most, columns)
    no_offset, zeros = np.zeros(1, np.int64), np.zeros(2 * lanes, np.float32)
    n_taps = 0
    for p in range(len(table)):
        n_taps = max(n_taps, table[p, 0] * table[p, 1])
    taps = np.empty(n_taps, np.int64)
    for n in range(start, stop):
        for h in range(h0, h1):
            for i in range(tiles):
                v, m = cuts[i], cuts[i + 1] - cuts[i]
                a = x.ctypes.data + 4 * ((n * height + h) * width + w0 + v) * channels
                to = z.ctypes.data + 4 * ((h - top) * z_width + w0 - left + v) * columns
                for o in range(0, columns, 2 * lanes):
                    call_tile(
                        one if columns - o == lanes else two, m, 1, no_offset.ctypes.data,
                        channels, a, a_rows.ctypes.data, 1, packed.ctypes.data + 4 * o, columns,
                        to + 4 * o, z_rows.ctypes.data, zeros.ctypes.data, 0,
                    )  # fmt: skip
        for p in range(len(table)):
            kh, kw, begin_h, begin_w, a, c, n_rows, n_columns, first = table[p]
            for i in range(kh):
                for j in range(kw):
                    taps[i * kw + j] = (
                        ((begin_h + i) * z_width + begin_w + j) * columns
                        + first + (i * kw + j) * n_out
                    )  # fmt: skip
            for u in range(n_rows):
                for v in range(n_columns):
                    at = (u * z_width + v) * columns
                    for o in range(n_out):
                        total = bias[o]
                        for t in range(kh * kw):
                            total += flat[at + taps[t] + o]
                        out[n, oh * u + a, ow * v + c, o] = total
