"""Numba twin of `avanp.kernels.reference_dense`: W x^T by the tile of convolutions.

NumPy's BLAS lays out both factors anew, and W^T is the larger one: for a batch of up to a few
hundred rows that is a tenth to a half of its time. Here W is read where it lies, and x^T in panels
as wide as a tile. (For dy W and dy^T x, which need no transposed W, BLAS is as fast.)
"""

import numpy as np

from avanp.kernels import reference_dense as reference
from avanp.kernels.compiled import njit
from avanp.kernels.engine.aligned import empty
from avanp.kernels.engine.cpu import compiles, tile
from avanp.kernels.engine.microkernel import call_tile, one_vector, two_vectors
from avanp.kernels.engine.threads import split

Array = np.ndarray

# Outside these, and with shorter vectors, BLAS is as fast.
LEAST, LEAST_BATCH, MOST_BATCH = 256, 32, 256
LANES = 16


def dense_forward(x: Array, w: Array, b: Array | None) -> Array:
    """See the reference."""
    if not _apt(x, w):
        return reference.dense_forward(x, w, b)
    transposed = empty((len(w), len(x)))  # y^T = W x^T
    _product(w, _panels(x.T), transposed)
    y = empty((len(x), len(w)))
    np.add(transposed.T, 0.0 if b is None else b, out=y)
    return y


def _apt(x: Array, w: Array) -> bool:
    plain = all(m.dtype == np.float32 and m.flags.c_contiguous for m in (x, w))
    fits = LEAST_BATCH <= len(x) <= MOST_BATCH and min(w.shape) >= LEAST
    return plain and fits and compiles() and tile().lanes == LANES


def _panels(b: Array) -> Array:
    """Return b (K, N) as (panels, K, columns), each panel's columns next to each other."""
    columns = tile().columns
    k, n = b.shape
    whole, rest = divmod(n, columns)
    panels = empty((whole + bool(rest), k, columns))
    panels[:whole] = b[:, : n - rest].reshape(k, whole, columns).swapaxes(0, 1)
    if rest:
        panels[whole, :, :rest] = b[:, n - rest :]
        panels[whole, :, rest:] = 0
    return panels


def _product(a: Array, panels: Array, out: Array) -> None:
    """Fill ``out = A B``, (M, N), of a (M, K) and B in panels."""
    half = one_vector() if 0 < out.shape[1] % tile().columns <= tile().lanes else 0

    def run(start: int, stop: int) -> None:
        _fill(a, panels, out, tile(), two_vectors(), half, start, stop)

    split(run, len(panels))


@njit(error_model="numpy", nogil=True)
def _fill(a, panels, out, tile, two, one, start, stop):  # type: ignore
    """Do panels start … stop."""
    lanes, most = tile
    columns = 2 * lanes
    rows, k_size = a.shape
    n_out = out.shape[1]
    zero, bias = np.zeros(1, np.int64), np.zeros(columns, np.float32)
    a_rows, c_rows = np.arange(most) * k_size, np.arange(most) * n_out
    edge = np.empty((most, columns), np.float32)
    edges = np.arange(most) * columns
    tiles = (rows + most - 1) // most
    for p in range(start, stop):
        o = p * columns
        valid = min(columns, n_out - o)
        whole = valid in (lanes, columns)
        for i in range(tiles):
            first = rows * i // tiles
            m = rows * (i + 1) // tiles - first
            call_tile(
                one if valid <= lanes else two, m, 1, zero.ctypes.data, k_size,
                a.ctypes.data + 4 * first * k_size, a_rows.ctypes.data, 1,
                panels[p].ctypes.data, columns,
                out.ctypes.data + 4 * (first * n_out + o) if whole else edge.ctypes.data,
                c_rows.ctypes.data if whole else edges.ctypes.data,
                bias.ctypes.data, 0,
            )  # fmt: skip
            if not whole:
                out[first : first + m, o:] = edge[:m, :valid]
