"""exp, and log(1 + s), as polynomials in float32, for the loops of other kernels.

A loop with these vectorises, which one that calls the C library does not. exp is Cephes' expf: a
polynomial on [-ln 2 / 2, ln 2 / 2] and a power of two made of its exponent's bits.

They are put into the loops before these are compiled. A function that Numba has loaded from its
cache stays outside of what it compiles then: the same loop would be slower, and a sum in it take
another order, in the process that happens to come first.
"""

import numpy as np
from numba import njit

FAST = {"contract", "nsz"}

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
ONE, TWO, HALF = np.float32(1), np.float32(2), np.float32(0.5)
# exp is 0 below and infinite above; at 89 the exponent below is that of infinity.
LOWEST, HIGHEST = np.float32(-87), np.float32(89)
# (artanh(z) / z - 1) / z^2 as a polynomial in z^2, for z up to 1/3; relative error 2e-8 of artanh
A0, A1, A2, A3 = (np.float32(a) for a in (0.3333332, 0.2000378, 0.1411831, 0.13425749))


@njit(inline="always", error_model="numpy", fastmath=FAST)
def exp_parts(t: np.float32) -> tuple[np.float32, np.float32]:
    """Return (q, power) with ``exp(t) = power (1 + q)``, for t within LOWEST and HIGHEST.

    Of a NaN, something finite. ``power q + (power - 1)`` is exp(t) - 1, also of a small t.
    """
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
    # 2^n by its exponent bits
    power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
    return p * f * f + f, power


@njit(inline="always", error_model="numpy", fastmath=FAST)
def log1p_unit(s: np.float32) -> np.float32:
    """Return log(1 + s) for s in [0, 1], as 2 artanh(s / (2 + s))."""
    z = s / (TWO + s)
    w = z * z
    p = A3
    p = p * w + A2
    p = p * w + A1
    p = p * w + A0
    return TWO * (z + z * w * p)
