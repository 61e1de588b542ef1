"""Numba twins of `avanp.kernels.reference_dense`: products by the tile of convolutions.

NumPy's BLAS reaches half of what the tile does on some processors, and lays out both factors anew.
Here the left factor is read where it lies, turned or not, and the right one in panels as wide as a
tile. The sum over k is in order for every number, so that no row depends on those beside it.
"""

import numpy as np

from avanp.kernels import reference_dense as reference
from avanp.kernels.compiled import njit
from avanp.kernels.engine.aligned import empty
from avanp.kernels.engine.copying import copy_floats
from avanp.kernels.engine.correlate import steps
from avanp.kernels.engine.cpu import compiles, tile
from avanp.kernels.engine.microkernel import call_tile, one_vector, two_vectors
from avanp.kernels.engine.threads import own, split

Array = np.ndarray

# With fewer rows or columns, or shorter sums or vectors, BLAS is as fast.
LEAST, LANES = 8, 16
# A smaller layer's forward product is BLAS's; of a larger batch W is turned, not x and y.
LEAST_LAYER, MOST_BATCH = 256, 256


def dense_forward(x: Array, w: Array, b: Array | None) -> Array:
    """See the reference."""
    plain = all(m.dtype == np.float32 and m.flags.c_contiguous for m in (x, w))
    if not (plain and len(x) >= LEAST and min(w.shape) >= LEAST_LAYER and _fast()):
        return reference.dense_forward(x, w, b)
    if len(x) > MOST_BATCH:
        y = product(x, w.T)
        return y if b is None else np.add(y, b, out=y)
    y = empty((len(x), len(w)))
    return np.add(product(w, x.T).T, 0.0 if b is None else b, out=y)


def product(a: Array, b: Array) -> Array:
    """See the reference."""
    turned = a.flags.f_contiguous and not a.flags.c_contiguous
    if a.dtype != np.float32 or min(*a.shape, b.shape[1]) < LEAST or not _fast():
        return reference.product(a, b)
    # The same memory in C order: for each order the loop is compiled once more.
    lies, b = np.ascontiguousarray(a.T if turned else a), np.ascontiguousarray(b)
    across, down = (len(a), 1) if turned else (1, a.shape[1])
    columns = tile().columns
    out = empty((len(a), b.shape[1]))

    @own
    def panel() -> Array:
        return empty((len(b), columns))

    def run(start: int, stop: int) -> None:
        _product(
            lies, (across, down), b, panel(), out, tile(), two_vectors(), one_vector(), start, stop
        )

    split(run, -(-b.shape[1] // columns))
    return out


def _fast() -> bool:
    return compiles() and tile().lanes == LANES


@njit(error_model="numpy", nogil=True)
def _product(a, strides, b, panel, out, tile, two, one, start, stop):  # type: ignore
    """Fill panels start … stop of ``out = a b``; `strides` are a's along k and from row to row."""
    lanes, most = tile
    across, down = strides
    k_size, n_out = b.shape
    rows, columns = len(out), 2 * lanes
    zero, bias = np.zeros(1, np.int64), np.zeros(columns, np.float32)
    a_rows, c_rows = steps(most, down), steps(most, n_out)
    edge, edges = np.empty((most, columns), np.float32), steps(most, columns)
    tiles = (rows + most - 1) // most
    for p in range(start, stop):
        o = p * columns
        valid = min(columns, n_out - o)
        whole = valid in (lanes, columns)
        for k in range(k_size):
            source = b.ctypes.data + 4 * (k * n_out + o)
            copy_floats(panel.ctypes.data + 4 * k * columns, source, valid)
        for i in range(tiles):
            first = rows * i // tiles
            m = rows * (i + 1) // tiles - first
            call_tile(
                one if valid <= lanes else two, m, 1, zero.ctypes.data, k_size,
                a.ctypes.data + 4 * first * down, a_rows.ctypes.data, across,
                panel.ctypes.data, columns,
                out.ctypes.data + 4 * (first * n_out + o) if whole else edge.ctypes.data,
                c_rows.ctypes.data if whole else edges.ctypes.data,
                bias.ctypes.data, 0,
            )  # fmt: skip
            for j in range(0 if whole else m):
                target = out.ctypes.data + 4 * ((first + j) * n_out + o)
                copy_floats(target, edge.ctypes.data + 4 * j * columns, valid)
