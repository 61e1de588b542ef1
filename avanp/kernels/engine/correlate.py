"""Correlation of NHWC images with kernels, tile by tile: what forward and backward have in common.

    out[n, oh u + a, ow v + c, :] = bias + sum_ij x[n, sh u + i + top, sw v + j + left, :] @ w[i, j]

x is zero outside. A `Phase` is one (w, (top, left), (a, c)); the forward pass has one, the
backward pass of stride s has s². The images go in bands (some rows of one, or some whole ones)
through a padded copy that stays in the cache, unless nothing outside is met. Tables say where a
place's window begins in the band and where its result goes; they are the same for every band.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from avanp.kernels.compiled import inner, njit
from avanp.kernels.engine.aligned import empty
from avanp.kernels.engine.copying import copy_floats, fill_band
from avanp.kernels.engine.cpu import tile
from avanp.kernels.engine.emit import fetch_floats
from avanp.kernels.engine.microkernel import call_tile, one_vector, two_vectors
from avanp.kernels.engine.threads import own, parts, split

Array = np.ndarray
Pair = tuple[int, int]

BAND = 2**16  # floats of a band's padded copy: 256 kB, within an L2 cache
PLACES = 2**11  # of a band of whole images, whose two tables then stay in an L1 cache


class Phase(NamedTuple):
    """A kernel w (kh, kw, C, O), where in x it begins, and its place (a, c) in out."""

    w: Array
    begin: Pair
    place: Pair

    def places(self, out: Array, spread: Pair) -> Pair:
        """Return the numbers of rows and columns of `out` that this phase fills."""
        rows, columns = (-(-(out.shape[1 + i] - self.place[i]) // spread[i]) for i in (0, 1))
        return rows, columns


class Window(NamedTuple):
    """What all phases together read of x: for places (u, v) from (0, 0) to (rows, columns)."""

    top: int
    left: int
    height: int  # at one u
    width: int  # at all v
    inside: bool  # nothing outside x

    @classmethod
    def of(cls, phases: Sequence[Phase], x: Array, stride: Pair, places: Pair) -> "Window":
        """Return the window of `phases` on x."""
        top, left = (min(p.begin[a] for p in phases) for a in (0, 1))
        bottom, right = (max(p.begin[a] + p.w.shape[a] for p in phases) for a in (0, 1))
        height = bottom - top
        bottom += stride[0] * (places[0] - 1)
        right += stride[1] * (places[1] - 1)
        inside = top >= 0 and left >= 0 and bottom <= x.shape[1] and right <= x.shape[2]
        return cls(top, left, height, right - left, inside)


def correlate(
    x: Array, phases: Sequence[Phase], bias: Array | None, stride: Pair, out: Array, spread: Pair
) -> None:
    """Fill `out` (N, H', W', O) from x (N, H, W, C), both float32 and C-ordered.

    `stride` is (sh, sw), `spread` (oh, ow); the phases are those of `set_unmet`.
    """
    channels, n_out = x.shape[3], out.shape[3]
    columns = tile().columns
    panels = -(-n_out // columns)
    full_bias = np.zeros(panels * columns, np.float32)
    if bias is not None:
        full_bias[:n_out] = bias
    places = [phase.places(out, spread) for phase in phases]
    most = (max(p[0] for p in places), max(p[1] for p in places))
    window = Window.of(phases, x, stride, most)
    # A band is some of at most `images` whole images, or `rows` places of one.
    room = BAND // (window.width * channels)
    whole = stride[0] * (most[0] - 1) + window.height
    fitting = min(room // whole, PLACES // (most[0] * most[1]))
    groups = parts(len(x), max(1, fitting))
    images = -(-len(x) // max(1, groups))
    rows = most[0] if room >= whole else max(1, (room - window.height) // stride[0] + 1)
    bands = -(-most[0] // rows)
    geometry = (*stride, *spread, *window, groups, images, rows, bands)
    sizes = [p.w.shape[0] * p.w.shape[1] * channels * panels for p in phases]
    table = np.empty((len(phases), 9), np.int64)
    starts = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    for line, phase, counts, at in zip(table, phases, places, starts, strict=False):
        line[:] = (*phase.w.shape[:2], *phase.begin, *phase.place, *counts, at * columns)
    half = one_vector() if 0 < n_out % columns <= columns // 2 else 0

    @own
    def packed() -> Array:
        rows = empty((starts[-1], columns))
        for phase, begin, end in zip(phases, starts, starts[1:], strict=False):
            _pack(np.ascontiguousarray(phase.w).reshape(-1, n_out), rows[begin:end])
        return rows

    def run(start: int, stop: int) -> None:
        _correlate(
            x, packed(), full_bias, out, table, geometry, tile(), two_vectors(), half, start, stop
        )

    split(run, groups * bands)


def set_unmet(phases: Sequence[Phase], bias: Array | None, out: Array, spread: Pair) -> list[Phase]:
    """Set the places of `out` that no tap meets, and return the phases with taps and places.

    A stride larger than the kernel leaves places without taps, one larger than the image phases
    without places.
    """
    for phase in phases:
        if not phase.w.size:
            places = out[:, phase.place[0] :: spread[0], phase.place[1] :: spread[1]]
            places[...] = 0 if bias is None else bias
    return [phase for phase in phases if phase.w.size and all(phase.places(out, spread))]


def _pack(w: Array, packed: Array) -> None:
    """Copy w (K, O) to its panels (O / columns * K, columns), the last filled up with zeros."""
    (size, n_out), columns = w.shape, packed.shape[1]
    panels = packed.reshape(-1, size, columns)
    for panel, first in zip(panels, range(0, n_out, columns), strict=True):
        here = w[:, first : first + columns]
        panel[:, : here.shape[1]] = here
        panel[:, here.shape[1] :] = 0


@inner(error_model="numpy", nogil=True)
def steps(n: int, step: int) -> Array:
    """Return 0, step, 2 step … of n numbers; NumPy's own way compiles for longer."""
    table = np.empty(n, np.int64)
    for i in range(n):
        table[i] = i * step
    return table


@inner(error_model="numpy", nogil=True)
def cut(n: int, most: int, cuts: Array) -> int:
    """Cut 0 … n into tiles of at most `most`, as even as can be, and return how many there are.

    A table, because a division takes as long as a small tile.
    """
    tiles = (n + most - 1) // most
    for i in range(tiles + 1):
        cuts[i] = n * i // max(tiles, 1)
    return tiles


@njit(error_model="numpy", nogil=True)
def _correlate(x, packed, bias, out, table, geometry, tile, two, one, start, stop):  # type: ignore
    """Do bands start … stop."""
    lanes, most = tile
    sh, sw, oh, ow, top, left, window_h, window_w, inside, groups, images, rows, bands = geometry
    n_images, height, width, channels = x.shape
    _, out_h, out_w, n_out = out.shape
    columns = 2 * lanes
    band_h = sh * (rows - 1) + window_h
    padded = np.empty((0 if inside else images, band_h, window_w, channels), np.float32)
    row_size = channels * (width if inside else window_w)
    image_size = row_size * (height if inside else band_h)
    offsets = steps(window_h, row_size)
    # Where in the band, and in out, each place begins: of a phase, an image, a row, a column.
    longest = 0
    for p in range(len(table)):
        longest = max(longest, table[p, 7])
    sources = np.empty((len(table), images * rows * longest), np.int64)
    targets = np.empty((len(table), images * rows * longest), np.int64)
    for p in range(len(table)):
        begin_h, begin_w, a, c = table[p, 2:6]
        i = 0
        for n in range(images):
            for u in range(min(rows, table[p, 6])):
                for v in range(table[p, 7]):
                    row = sh * u + begin_h - top
                    column = sw * v + begin_w - left
                    sources[p, i] = n * image_size + row * row_size + column * channels
                    targets[p, i] = ((n * out_h + oh * u + a) * out_w + ow * v + c) * n_out
                    i += 1
    cuts = np.empty(sources.shape[1] // most + 2, np.int64)
    edge = np.empty((most, columns), np.float32)
    edges = steps(most, columns)
    for band in range(start, stop):
        n = n_images * (band // bands) // groups
        u = band % bands * rows
        here = n_images * (band // bands + 1) // groups - n
        if inside:
            a_band = x.ctypes.data + 4 * (
                n * image_size + (sh * u + top) * row_size + left * channels
            )
        else:
            for i in range(here):
                fill_band(x, n + i, sh * u + top, left, padded[i])
            a_band = padded.ctypes.data
        c_band = out.ctypes.data + 4 * (n * out_h + oh * u) * out_w * n_out
        for p in range(len(table)):
            kh, kw, _, _, _, _, n_rows, n_columns, at = table[p]
            places = here * max(0, min(rows, n_rows - u)) * n_columns
            tiles = cut(places, most, cuts)
            k_size = kw * channels
            at_sources, at_targets = sources[p].ctypes.data, targets[p].ctypes.data
            for o in range(0, n_out, columns):
                valid = min(columns, n_out - o)
                kernel = one if valid <= lanes else two
                b = packed.ctypes.data + 4 * (at + o * kh * k_size)
                whole = valid in (lanes, columns)
                for i in range(tiles):
                    first, m = cuts[i], cuts[i + 1] - cuts[i]
                    # A band was just copied, x was not: what the next tile reads of it is fetched.
                    if inside and o == 0 and kh == 1 and i + 1 < tiles:
                        for j in range(first + m, cuts[i + 2]):
                            fetch_floats(a_band + 4 * sources[p, j], k_size)
                    call_tile(
                        kernel, m, kh, offsets.ctypes.data, k_size,
                        a_band, at_sources + 8 * first, 1, b, columns,
                        c_band + 4 * o if whole else edge.ctypes.data,
                        at_targets + 8 * first if whole else edges.ctypes.data,
                        bias.ctypes.data + 4 * o, 0,
                    )  # fmt: skip
                    if not whole:
                        for j in range(m):
                            copy_floats(
                                c_band + 4 * (o + targets[p, first + j]),
                                edge.ctypes.data + 4 * j * columns,
                                valid,
                            )
