"""Numba twin of `avanp.kernels.reference.add_outer`: each row of w is read and written once."""

import numpy as np

from avanp.kernels.compiled import njit

Array = np.ndarray


@njit(error_model="numpy")
def _add_outer(w: Array, dy: Array, x: Array, scale: float) -> None:
    groups, n_out, n_in = w.shape
    for g in range(groups):
        for b in range(dy.shape[1]):
            for i in range(n_out):
                a = w.dtype.type(scale * dy[g, b, i])
                for j in range(n_in):
                    w[g, i, j] += a * x[g, b, j]


def add_outer(w: Array, dy: Array, x: Array, scale: float) -> None:
    """See the reference."""
    *_, n_out, n_in = w.shape
    rows = dy.shape[-2]
    _add_outer(
        w.reshape(-1, n_out, n_in), dy.reshape(-1, rows, n_out), x.reshape(-1, rows, n_in), scale
    )
