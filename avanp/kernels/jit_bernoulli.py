"""Numba twin of `avanp.kernels.reference_bernoulli`: value and gradient in one pass."""

import numpy as np
from numba import njit

from avanp.kernels import reference_bernoulli as reference
from avanp.kernels.jit_exp import FAST, LOWEST, ONE, exp_parts, log1p_unit

Array = np.ndarray

ZERO = np.float32(0)
PART = 512  # terms that are summed in float32 before they are added in float64


@njit(cache=True, error_model="numpy", fastmath=FAST | {"reassoc"})
def _part(u: Array, t: Array, scale: np.float32, du: Array) -> np.float32:
    """Fill du and return the sum of the terms; reassoc lets the sum be vectorised."""
    total = ZERO
    for i in range(u.size):
        size = abs(u[i])
        q, power = exp_parts(-size)
        small = (q + ONE) * power if size < -LOWEST else ZERO
        p = (ONE if u[i] >= ZERO else small) / (ONE + small)
        # The bounds of exp_parts lose a NaN.
        p = p if u[i] == u[i] else u[i]
        du[i] = (p - t[i]) * scale
        total += (u[i] if u[i] > ZERO else ZERO) - t[i] * u[i] + log1p_unit(small)
    return total


@njit(cache=True, error_model="numpy")
def _bernoulli(u: Array, t: Array, scale: np.float32, du: Array) -> float:
    total = 0.0
    for start in range(0, u.size, PART):
        part = slice(start, min(start + PART, u.size))
        total += float(_part(u[part], t[part], scale, du[part]))
    return total


def bernoulli_logits(logits: Array, target: Array, scale: float) -> tuple[float, Array]:
    """See the reference; all but float32 takes the reference itself."""
    if logits.dtype != np.float32:
        return reference.bernoulli_logits(logits, target, scale)
    dlogits = np.empty(logits.shape, np.float32)
    total = _bernoulli(
        np.ascontiguousarray(logits).reshape(-1),
        np.ascontiguousarray(target, np.float32).reshape(-1),
        np.float32(scale),
        dlogits.reshape(-1),
    )
    return total, dlogits
