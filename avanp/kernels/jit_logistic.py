"""Numba twin of `avanp.kernels.reference.logistic`: one pass, exp as a polynomial."""

import numpy as np

from avanp.kernels import reference
from avanp.kernels.compiled import njit
from avanp.kernels.jit_exp import FAST, ONE, exp_parts

Array = np.ndarray
FLOAT32 = np.dtype(np.float32)


@njit(error_model="numpy", fastmath=FAST)
def _logistic32(v: Array, slope: float, midpoint: float, out: Array) -> None:
    k, c = np.float32(slope), np.float32(midpoint)
    for i in range(v.size):
        t = k * (c - v[i])
        q, power = exp_parts(t)
        y = ONE / (ONE + (q + ONE) * power)
        # The bounds of exp_parts lose a NaN.
        out[i] = y if t == t else t


def logistic(v: Array, slope: float, midpoint: float) -> Array:
    """See the reference; float64 takes the reference itself."""
    if v.dtype != FLOAT32:
        return reference.logistic(v, slope, midpoint)
    y = np.empty(v.shape, np.float32)
    _logistic32(v.ravel(), slope, midpoint, y.reshape(-1))
    return y
