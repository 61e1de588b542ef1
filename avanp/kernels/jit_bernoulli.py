"""Numba twin of `avanp.kernels.reference_bernoulli`: value and gradient in one pass."""

import numpy as np

from avanp.kernels import reference_bernoulli as reference
from avanp.kernels.compiled import njit
from avanp.kernels.engine.threads import split
from avanp.kernels.jit_exp import FAST, LOWEST, ONE, exp_parts, log1p_unit

Array = np.ndarray

ZERO = np.float32(0)
LARGE = 2**17  # terms that are shared among threads
PART = 512  # terms that are summed in float32 before they are added in float64


@njit(error_model="numpy", fastmath=FAST, nogil=True)
def _bernoulli(u: Array, t: Array, scale: np.float32, du: Array, terms: Array) -> None:
    for i in range(u.size):
        size = abs(u[i])
        q, power = exp_parts(-size)
        small = (q + ONE) * power if size < -LOWEST else ZERO
        p = (ONE if u[i] >= ZERO else small) / (ONE + small)
        # The bounds of exp_parts lose a NaN.
        p = p if u[i] == u[i] else u[i]
        du[i] = (p - t[i]) * scale
        terms[i] = (u[i] if u[i] > ZERO else ZERO) - t[i] * u[i] + log1p_unit(small)


def bernoulli_logits(logits: Array, target: Array, scale: float) -> tuple[float, Array]:
    """See the reference; all but float32 takes the reference itself."""
    if logits.dtype != np.float32:
        return reference.bernoulli_logits(logits, target, scale)
    dlogits, terms = np.empty(logits.shape, np.float32), np.empty(logits.size, np.float32)
    u = np.ascontiguousarray(logits).reshape(-1)
    t = np.ascontiguousarray(target, np.float32).reshape(-1)
    du, by = dlogits.reshape(-1), np.float32(scale)

    def run(start: int, stop: int) -> None:
        here = slice(start, stop)
        _bernoulli(u[here], t[here], by, du[here], terms[here])

    if u.size < LARGE:
        run(0, u.size)
    else:
        split(run, u.size, once=True)
    parts = np.add.reduceat(terms, np.arange(0, terms.size, PART)) if terms.size else terms
    return float(np.sum(parts, dtype=np.float64)), dlogits
