"""Correlation by Winograd's F(4x4, 3x3) and F(4x4, 2x2): 36 products for 144, or 25 for 64.

Blocks of patches are transformed, multiplied by 36 or 25 matrices in the micro-kernel, and
transformed back; a block stays in an L2 cache. Strides and larger kernels become kernels of 2x2 or
3x3 of more channels: see `avanp.kernels.engine.division`. In float32 the largest error is about
1e-5 of the largest output (2e-6 in the root mean square), thirty times that of the direct sum.
"""

from collections.abc import Sequence

import numpy as np

from avanp.kernels.compiled import njit
from avanp.kernels.engine.aligned import empty
from avanp.kernels.engine.correlate import Phase, cut, steps
from avanp.kernels.engine.cpu import tile
from avanp.kernels.engine.division import Division
from avanp.kernels.engine.microkernel import call_tile, one_vector, two_vectors
from avanp.kernels.engine.patches import places_apart, transform_places
from avanp.kernels.engine.threads import own, parts, split
from avanp.kernels.engine.transform import call_transform, transforms

Array = np.ndarray
Pair = tuple[int, int]

# Floats after each of the 36 matrices: they would else often begin in the same set of a cache,
# and what is written to all of them in turn would drive itself out.
LINE = 16
TOGETHER = 2**19  # bytes of transformed kernels that threads transform together
LEAST = 32  # channels: with fewer the transforms cost more than they save


def apt(phases: Sequence[Phase], stride: Pair, out: Array, spread: Pair) -> bool:
    """Return whether the kernels are of 2x2 taps or more and of many channels that fill vectors.

    Patches that stick out of a small image must leave enough products undone.
    """
    division = Division.of(_largest(phases), stride)
    if division is None or not fills(*phases[0].w.shape[2:]):
        return False
    direct = patches = 0
    for phase in phases:
        rows, columns = phase.places(out, spread)
        direct += phase.w.shape[0] * phase.w.shape[1] * rows * columns
        patches += -(-rows // 4) * -(-columns // 4)
    return division.saves(direct, patches)


def fills(channels: int, n_out: int) -> bool:
    """Return whether there are many channels, and such as fill vectors."""
    lanes = tile().lanes
    return channels % lanes == 0 and n_out % lanes == 0 and min(channels, n_out) >= LEAST


def _largest(phases: Sequence[Phase]) -> Pair:
    height, width = (max(p.w.shape[a] for p in phases) for a in (0, 1))
    return height, width


def winograd(
    x: Array, phases: Sequence[Phase], bias: Array | None, stride: Pair, out: Array, spread: Pair
) -> None:
    """See `avanp.kernels.engine.correlate.correlate`."""
    division = Division.of(_largest(phases), stride)
    assert division is not None  # it is apt
    taps, points = division.taps, division.points
    channels, n_out = x.shape[3] * division.images[0] * division.images[1], out.shape[3]
    columns = tile().columns
    panels = -(-n_out // columns)
    places = [phase.places(out, spread) for phase in phases]
    table = np.array([(*p.begin, *p.place, *n) for p, n in zip(phases, places, strict=True)])
    bias = np.zeros(n_out, np.float32) if bias is None else bias
    block = 4 * tile().rows if max(channels, n_out) >= 128 else 2 * tile().rows
    blocks = parts(max(len(x) * -(-u // 4) * -(-v // 4) for u, v in places), block)
    half = one_vector() if n_out % columns else 0

    u = empty((len(phases), points, panels * channels + 1, columns))
    w = [division.divided(phase.w) for phase in phases]

    def transform(start: int, stop: int) -> None:
        for w_phase, u_phase in zip(w, u, strict=True):
            _transform_kernel(w_phase, u_phase, transforms(taps)[1], tile().lanes, start, stop)

    if u.nbytes > TOGETHER:
        split(transform, channels, once=True)
    else:
        transform(0, channels)

    @own
    def buffers() -> tuple[Array, Array]:
        return empty((points, block * channels + LINE)), empty((points, block * n_out + LINE))

    geometry = (*stride, *spread, *division.images, division.apart, taps, block, blocks)

    def run(start: int, stop: int) -> None:
        _winograd(
            x, bias, out, table, geometry, u, *buffers(),
            transforms(taps), tile(), two_vectors(), half, start, stop,
        )  # fmt: skip

    split(run, len(phases) * blocks)


@njit(error_model="numpy", nogil=True)
def _transform_kernel(w, u, transform, lanes, start, stop):  # type: ignore
    """Transform channels start … stop of w (taps, taps, C, O) to the panels of u.

    u is (points, O / columns * C + 1, columns).
    """
    taps, _, channels, n_out = w.shape
    points, rows, columns = u.shape
    sources, targets = np.empty(taps * taps, np.int64), np.empty(points, np.int64)
    for c in range(start, stop):
        for o in range(0, n_out, columns):
            for t in range(taps * taps):
                sources[t] = w.ctypes.data + 4 * ((t * channels + c) * n_out + o)
            for k in range(points):
                row = k * rows + o // columns * channels + c
                targets[k] = u.ctypes.data + 4 * row * columns
            count = min(columns, n_out - o) // lanes
            call_transform(transform, sources.ctypes.data, targets.ctypes.data, count, 0)


@njit(error_model="numpy", nogil=True)
def _winograd(  # type: ignore
    x, bias, out, table, geometry, u, v, m, transforms, tile, two, one, start, stop
):
    """Do blocks start … stop of patches, of all phases."""
    of_image, _, of_result = transforms
    lanes, most = tile
    sh, sw, oh, ow, down, right, apart, taps, block, blocks = geometry
    columns = 2 * lanes
    _, out_h, out_w, n_out = out.shape
    n_images, _, _, x_channels = x.shape
    _, points, u_rows, _ = u.shape
    channels = x_channels * down * right
    side = taps + 3
    v_size, m_size = v.shape[1], m.shape[1]
    outside = np.zeros(x_channels, np.float32)
    nowhere = np.empty(n_out, np.float32)
    sources, targets = np.empty(points, np.int64), np.empty(points, np.int64)
    # How far from each other the numbers of a patch are: in x, v, m and out, in bytes.
    v_steps, m_steps = steps(points, 4 * v_size), steps(points, 4 * m_size)
    x_steps, out_steps = places_apart(x, (sh, sw), side), np.empty(16, np.int64)
    for k in range(16):
        out_steps[k] = 4 * n_out * (k // 4 * oh * out_w + k % 4 * ow)
    v_rows, m_rows = steps(most, channels), steps(most, n_out)
    cuts = np.empty(block // most + 2, np.int64)
    no_offset = np.zeros(1, np.int64)
    zeros = np.zeros(columns, np.float32)
    for b in range(start, stop):
        block_of, phase = divmod(b, len(table))
        begin_h, begin_w, place_h, place_w, n_rows, n_columns = table[phase]
        rows, across = (n_rows + 3) // 4, (n_columns + 3) // 4
        total = n_images * rows * across
        first = total * block_of // blocks
        n_patches = total * (block_of + 1) // blocks - first
        for p in range(n_patches):
            n, rest = divmod(first + p, rows * across)
            top, left = divmod(rest, across)
            for a in range(down):
                for c in range(right):
                    transform_places(
                        x, n, 4 * sh * top + begin_h + apart * a,
                        4 * sw * left + begin_w + apart * c, (sh, sw), side, x_steps, of_image,
                        v.ctypes.data + 4 * (p * channels + (a * right + c) * x_channels), v_steps,
                        outside, sources, targets, lanes,
                    )  # fmt: skip
        tiles = cut(n_patches, most, cuts)
        for k in range(points):
            for o in range(0, n_out, columns):
                row = (phase * points + k) * u_rows + o // columns * channels
                for i in range(tiles):
                    p = cuts[i]
                    call_tile(
                        two if n_out - o >= columns else one, cuts[i + 1] - p, 1,
                        no_offset.ctypes.data, channels,
                        v.ctypes.data + 4 * (k * v_size + p * channels), v_rows.ctypes.data, 1,
                        u.ctypes.data + 4 * row * columns, columns,
                        m.ctypes.data + 4 * (k * m_size + p * n_out + o), m_rows.ctypes.data,
                        zeros.ctypes.data, 0,
                    )  # fmt: skip
        for p in range(n_patches):
            n, rest = divmod(first + p, rows * across)
            top, left = divmod(rest, across)
            source = m.ctypes.data + 4 * p * n_out
            for k in range(points):
                sources[k] = source + m_steps[k]
            at = (n * out_h + 4 * oh * top + place_h) * out_w + 4 * ow * left + place_w
            for k in range(16):
                targets[k] = out.ctypes.data + 4 * at * n_out + out_steps[k]
            if 4 * top + 4 > n_rows or 4 * left + 4 > n_columns:
                for k in range(16):
                    if 4 * top + k // 4 >= n_rows or 4 * left + k % 4 >= n_columns:
                        targets[k] = nowhere.ctypes.data
            call_transform(
                of_result, sources.ctypes.data, targets.ctypes.data, n_out // lanes,
                bias.ctypes.data,
            )  # fmt: skip
