"""Numba twin of `avanp.kernels.reference.logistic`: one pass, exp as a polynomial.

The polynomial is of exp on [-ln 2 / 2, ln 2 / 2] in float32 (Cephes' expf): the loop vectorises,
which a call of the C library's exp does not.
"""

import numpy as np
from numba import njit

from avanp.kernels import reference

Array = np.ndarray

LOG2_E = np.float32(1.44269504)
# ln 2 in two parts, so that t - n ln 2 keeps float32's accuracy
LN2_HIGH = np.float32(0.693359375)
LN2_LOW = np.float32(-2.12194440e-4)
C0, C1, C2, C3, C4, C5 = (
    np.float32(c)
    for c in (
        1.9875691500e-4,
        1.3981999507e-3,
        8.3334519073e-3,
        4.1665795894e-2,
        1.6666665459e-1,
        5.0000001201e-1,
    )
)
ONE, HALF = np.float32(1), np.float32(0.5)
# exp is 0 below and infinite above; at 89 the exponent below is that of infinity.
LOWEST, HIGHEST = np.float32(-87), np.float32(89)


@njit(cache=True, error_model="numpy", fastmath={"contract", "nsz"})
def _logistic32(v: Array, slope: float, midpoint: float, out: Array) -> None:
    k, c = np.float32(slope), np.float32(midpoint)
    for i in range(v.size):
        t = k * (c - v[i])
        bounded = t if t > LOWEST else LOWEST
        bounded = bounded if bounded < HIGHEST else HIGHEST
        n = np.floor(bounded * LOG2_E + HALF)
        f = bounded - n * LN2_HIGH
        f = f - n * LN2_LOW
        p = C0
        p = p * f + C1
        p = p * f + C2
        p = p * f + C3
        p = p * f + C4
        p = p * f + C5
        p = p * f * f + f + ONE
        # 2^n by its exponent bits
        power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
        y = ONE / (ONE + p * power)
        # The bounds above lose a NaN.
        out[i] = y if t == t else t


def logistic(v: Array, slope: float, midpoint: float) -> Array:
    """See the reference; float64 takes the reference itself."""
    if v.dtype != np.float32:
        return reference.logistic(v, slope, midpoint)
    y = np.empty(v.shape, np.float32)
    _logistic32(np.ascontiguousarray(v).reshape(-1), slope, midpoint, y.reshape(-1))
    return y
