"""Numba twin of `avanp.kernels.reference_adam.adam_update`: one pass over p, g, m and v."""

from typing import Any

import numpy as np

from avanp.kernels import reference_adam as reference
from avanp.kernels.compiled import njit
from avanp.kernels.engine.threads import split

Array = np.ndarray

LARGE = 2**17  # numbers that are shared among threads


@njit(error_model="numpy", nogil=True)
def _adam(
    p: Array, g: Array, m: Array, v: Array, decay: Any,
    rate: Any, beta1: Any, rest1: Any, beta2: Any, rest2: Any, root: Any, eps: Any,
) -> None:  # fmt: skip
    for i in range(p.size):
        gradient = g[i] + decay * p[i]
        first = beta1 * m[i] + rest1 * gradient
        second = beta2 * v[i] + rest2 * gradient * gradient
        p[i] -= rate * first / (np.sqrt(second) * root + eps)
        # A vector that is stored across two cache lines is slow to read again.
        m[i], v[i] = first, second


def adam_update(
    p: Array,
    g: Array,
    m: Array,
    v: Array,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
    correction1: float,
    correction2: float,
) -> None:
    """See the reference; equal to it bit for bit."""
    if not all(a.flags.c_contiguous and a.dtype == p.dtype for a in (p, m, v)):
        reference.adam_update(
            p, g, m, v, lr, beta1, beta2, eps, weight_decay, correction1, correction2
        )
        return
    options = (
        weight_decay, lr / correction1, beta1, 1 - beta1, beta2, 1 - beta2, correction2**-0.5, eps
    )  # fmt: skip
    gradient = np.ascontiguousarray(g, p.dtype).reshape(-1)
    scalars = [p.dtype.type(option) for option in options]
    arrays = p.reshape(-1), gradient, m.reshape(-1), v.reshape(-1)
    if p.size < LARGE:
        _adam(*arrays, *scalars)
    else:
        split(lambda i, j: _adam(*(a[i:j] for a in arrays), *scalars), p.size, once=True)
