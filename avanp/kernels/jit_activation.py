"""Numba twins of `avanp.kernels.reference_activation`: one pass, without temporaries.

Float32 only; all else takes the reference itself. There is none of tanh: NumPy's own is as fast.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from avanp.kernels import reference_activation as reference
from avanp.kernels.compiled import njit
from avanp.kernels.engine.aligned import empty
from avanp.kernels.engine.threads import split
from avanp.kernels.jit_exp import FAST, ONE, exp_parts

Array = np.ndarray

ZERO = np.float32(0)
FLOAT32 = np.dtype(np.float32)


LARGE = 2**18  # elements that are shared among threads


def _run(loop: Callable[..., None], arrays: tuple[Array, ...], *options: Any) -> Array:
    """Return a new array of the first one's shape that the loop has filled, on all threads."""
    out = empty(arrays[0].shape)
    flat, filled = [a.ravel() for a in arrays], out.reshape(-1)
    if out.size < LARGE:
        loop(*flat, *options, filled)
        return out

    def run(start: int, stop: int) -> None:
        loop(*[a[start:stop] for a in flat], *options, filled[start:stop])

    split(run, out.size, once=True)
    return out


@njit(error_model="numpy", nogil=True)
def _logistic_backward(dy: Array, y: Array, slope: np.float32, dx: Array) -> None:
    for i in range(y.size):
        dx[i] = (ONE - y[i]) * y[i] * slope * dy[i]


def logistic_backward(dy: Array, y: Array, slope: float) -> Array:
    """See the reference; equal to it bit for bit."""
    if not dy.dtype == y.dtype == FLOAT32:
        return reference.logistic_backward(dy, y, slope)
    return _run(_logistic_backward, (dy, y), np.float32(slope))


@njit(error_model="numpy", nogil=True)
def _tanh_backward(dy: Array, y: Array, dx: Array) -> None:
    for i in range(y.size):
        dx[i] = dy[i] * ((ONE - y[i]) * (ONE + y[i]))


def tanh_backward(dy: Array, y: Array) -> Array:
    """See the reference; equal to it bit for bit."""
    if not dy.dtype == y.dtype == FLOAT32:
        return reference.tanh_backward(dy, y)
    return _run(_tanh_backward, (dy, y))


@njit(error_model="numpy", nogil=True)
def _leaky_relu(x: Array, slope: np.float32, y: Array) -> None:
    for i in range(x.size):
        y[i] = x[i] if x[i] > ZERO else slope * x[i] + ZERO  # no -0 of a ReLU


@njit(error_model="numpy", nogil=True)
def _relu(x: Array, y: Array) -> None:
    for i in range(x.size):
        y[i] = ZERO if x[i] <= ZERO else x[i]  # a NaN is passed on, and 0 times infinity is none


def leaky_relu(x: Array, slope: float) -> Array:
    """See the reference; equal to it bit for bit."""
    if x.dtype != FLOAT32:
        return reference.leaky_relu(x, slope)
    if slope == 0:
        return _run(_relu, (x,))
    return _run(_leaky_relu, (x,), np.float32(slope))


@njit(error_model="numpy", nogil=True)
def _leaky_relu_backward(dy: Array, y: Array, slope: np.float32, dx: Array) -> None:
    for i in range(y.size):
        dx[i] = dy[i] if y[i] > ZERO else slope * dy[i]


def leaky_relu_backward(dy: Array, y: Array, slope: float) -> Array:
    """See the reference; equal to it bit for bit."""
    if not dy.dtype == y.dtype == FLOAT32:
        return reference.leaky_relu_backward(dy, y, slope)
    return _run(_leaky_relu_backward, (dy, y), np.float32(slope))


@njit(error_model="numpy", fastmath=FAST, nogil=True)
def _elu(x: Array, alpha: np.float32, y: Array) -> None:
    for i in range(x.size):
        q, power = exp_parts(x[i])
        below = alpha * (power * q + (power - ONE))
        # A NaN is not below 0 and is passed on.
        y[i] = below if x[i] <= ZERO else x[i]


def elu(x: Array, alpha: float) -> Array:
    """See the reference."""
    if x.dtype != FLOAT32:
        return reference.elu(x, alpha)
    return _run(_elu, (x,), np.float32(alpha))


@njit(error_model="numpy", nogil=True)
def _elu_backward(dy: Array, y: Array, alpha: np.float32, dx: Array) -> None:
    for i in range(y.size):
        dx[i] = dy[i] if y[i] > ZERO else dy[i] * (y[i] + alpha)


def elu_backward(dy: Array, y: Array, alpha: float) -> Array:
    """See the reference; equal to it bit for bit."""
    if not dy.dtype == y.dtype == FLOAT32:
        return reference.elu_backward(dy, y, alpha)
    return _run(_elu_backward, (dy, y), np.float32(alpha))
