"""dW by Winograd's F(3x3, 4x4) and F(2x2, 4x4): 36 products for 144, or 25 for 64.

    dw[i, j, c, o] = sum_nuv x[n, u + i + top, v + j + left, c] * dy[n, u, v, o]

Patches of 4x4 places of dy and what they meet of x are transformed in blocks, and multiplied at
each of the 36 or 25 points in the micro-kernel, whose sums over patches are worked out to dw once,
at the end. Strides and larger kernels are divided: see `avanp.kernels.engine.division`.
"""

from functools import cache

import numpy as np

from avanp.kernels.compiled import njit
from avanp.kernels.engine.aligned import empty
from avanp.kernels.engine.correlate import steps
from avanp.kernels.engine.cpu import tile
from avanp.kernels.engine.division import Division
from avanp.kernels.engine.microkernel import call_tile, one_vector, two_vectors
from avanp.kernels.engine.patches import places_apart, transform_places
from avanp.kernels.engine.threads import own, split
from avanp.kernels.engine.transform import gradient_transform, transforms
from avanp.kernels.engine.winograd import LINE, fills
from avanp.kernels.engine.winograd_formulas import SCALES, SCALES_OF_TWO, three, two

Array = np.ndarray
Pair = tuple[int, int]

BLOCK = 56  # patches that are added to the sums in one go
LARGE = 2**20  # floats of sums from which twice as many are: their traffic costs more
FEWEST = 24  # patches: with fewer there are more sums than terms of them
PARTS = 4  # of the patches, at most: each part has its own sums, whatever thread computes them
SUMS = 2**19  # floats of all parts' sums, if not of two


def apt(kernel: Pair, stride: Pair, channels: int, dy_shape: tuple[int, ...]) -> bool:
    """Return whether the kernel is of 2x2 taps or more and of many channels that fill vectors.

    Patches that stick out of a small dy must leave enough products undone.
    """
    n, height, width, n_out = dy_shape
    division = Division.of(kernel, stride)
    if division is None or not fills(channels, n_out):
        return False
    patches = -(-height // 4) * -(-width // 4)
    saves = division.saves(kernel[0] * kernel[1] * height * width, patches)
    return saves and n * patches >= FEWEST


def winograd_weights(
    x: Array, dy: Array, kernel: Pair, stride: Pair, begin: Pair, bias: bool
) -> tuple[Array, Array | None]:
    """See `avanp.kernels.engine.correlate_weights.correlate_weights`."""
    division = Division.of(kernel, stride)
    assert division is not None  # it is apt
    taps, points, n_out = division.taps, division.points, dy.shape[3]
    channels = x.shape[3] * division.images[0] * division.images[1]
    patches = len(dy) * -(-dy.shape[1] // 4) * -(-dy.shape[2] // 4)
    size = points * channels * n_out
    block = 2 * BLOCK if size >= LARGE else BLOCK
    most = min(patches // block, PARTS, max(2, SUMS // size))
    parts = 2 ** (max(1, most).bit_length() - 1)  # which two or four threads share evenly
    sums = empty((parts, points, channels, n_out))
    dy_sums = np.zeros((parts, n_out), np.float32)
    half = one_vector() if n_out % tile().columns else 0

    @own
    def buffers() -> tuple[Array, Array]:
        return empty((points, block * channels + LINE)), empty((points, block * n_out + LINE))

    geometry = (*stride, *begin, *division.images, division.apart, taps, patches)

    def run(start: int, stop: int) -> None:
        _sums(
            x, dy, sums, dy_sums, geometry, *buffers(),
            (transforms(taps)[0], gradient_transform(taps)), tile(), two_vectors(), half,
            start, stop,
        )  # fmt: skip

    split(run, parts, once=True)
    of_points = _of_points(taps)
    dw = of_points @ sums[0].reshape(points, -1)
    for part in sums[1:]:
        dw += of_points @ part.reshape(points, -1)
    dw = division.joined(dw.reshape(taps, taps, channels, n_out), kernel)
    return dw, dy_sums.sum(axis=0) if bias else None


@cache
def _of_points(taps: int) -> Array:
    """Return the matrix that takes sums at the points, (taps + 3)^2, to the taps^2 of dw."""
    formula, scales = (two, SCALES_OF_TWO) if taps == 2 else (three, SCALES)
    line = np.array(formula(*np.eye(taps + 3))) * scales
    return np.kron(line, line).astype(np.float32)


@njit(error_model="numpy", nogil=True)
def _sums(  # type: ignore
    x, dy, sums, dy_sums, geometry, v, u, transforms, tile, two, one, start, stop
):
    """Do parts start … stop."""
    lanes, most = tile
    sh, sw, begin_h, begin_w, down, right, apart, taps, patches = geometry
    n_parts, points, channels, n_out = sums.shape
    rows, across = (dy.shape[1] + 3) // 4, (dy.shape[2] + 3) // 4
    side = taps + 3
    v_size, u_size = v.shape[1], u.shape[1]
    block = u_size // n_out
    outside = np.zeros(max(x.shape[3], n_out), np.float32)
    sources, targets = np.empty(points, np.int64), np.empty(points, np.int64)
    v_steps, u_steps = steps(points, 4 * v_size), steps(points, 4 * u_size)
    # Not literals, for each of which a function is compiled once more.
    unit, four = np.int64(1), np.int64(4)
    x_apart = places_apart(x, (sh, sw), side)
    dy_apart = places_apart(dy, (unit, unit), four)
    a_rows, c_rows = steps(most, unit), steps(most, n_out)
    tiles = (channels + most - 1) // most
    no_offset, zeros = np.zeros(1, np.int64), np.zeros(2 * lanes, np.float32)
    for part in range(start, stop):
        first, last = patches * part // n_parts, patches * (part + 1) // n_parts
        blocks = (last - first + block - 1) // block
        for b in range(blocks):
            begin = first + (last - first) * b // blocks
            n_patches = first + (last - first) * (b + 1) // blocks - begin
            for p in range(n_patches):
                n, rest = divmod(begin + p, rows * across)
                top, left = divmod(rest, across)
                for a in range(down):
                    for c in range(right):
                        transform_places(
                            x, n, 4 * sh * top + begin_h + apart * a,
                            4 * sw * left + begin_w + apart * c, (sh, sw), side, x_apart,
                            transforms[0],
                            v.ctypes.data + 4 * (p * channels + (a * right + c) * x.shape[3]),
                            v_steps, outside, sources, targets, lanes,
                        )  # fmt: skip
                transform_places(
                    dy, n, 4 * top, 4 * left, (unit, unit), four, dy_apart, transforms[1],
                    u.ctypes.data + 4 * p * n_out, u_steps, outside, sources, targets, lanes,
                )  # fmt: skip
                # The point (1, 1) of a patch is its sum.
                for o in range(n_out):
                    dy_sums[part, o] += u[side + 1, p * n_out + o]
            for k in range(points):
                for o in range(0, n_out, 2 * lanes):
                    for i in range(tiles):
                        m = channels * i // tiles
                        call_tile(
                            two if n_out - o >= 2 * lanes else one,
                            channels * (i + 1) // tiles - m, 1, no_offset.ctypes.data, n_patches,
                            v.ctypes.data + 4 * (k * v_size + m), a_rows.ctypes.data, channels,
                            u.ctypes.data + 4 * (k * u_size + o), n_out,
                            sums.ctypes.data
                            + 4 * (((part * points + k) * channels + m) * n_out + o),
                            c_rows.ctypes.data, zeros.ctypes.data, b,
                        )  # fmt: skip
