"""The readable form of the activations' kernels; arrays of any shape, the dtype kept."""

import numpy as np

Array = np.ndarray


def logistic_backward(dy: Array, y: Array, slope: float) -> Array:
    """Return ``dy slope y (1 - y)``."""
    dx = np.asarray(np.subtract(1.0, y))
    dx *= y
    dx *= slope
    dx *= dy
    return dx


def tanh_backward(dy: Array, y: Array) -> Array:
    """Return ``dy (1 - y²)``."""
    return dy * ((1.0 - y) * (1.0 + y))


def leaky_relu(x: Array, slope: float) -> Array:
    """Return x where x > 0 and slope x elsewhere, for slopes below 1; no zero is negative."""
    # Of an infinity below 0 a ReLU makes 0.
    zero = x.dtype.type(0)
    return np.where(x <= 0, slope * x + zero if slope else zero, x)


def leaky_relu_backward(dy: Array, y: Array, slope: float) -> Array:
    """Return dy where y > 0 and slope dy elsewhere; of a ReLU with slope 0."""
    return np.where(y > 0.0, dy, slope * dy)


def elu(x: Array, alpha: float) -> Array:
    """Return x where x > 0 and alpha (exp(x) - 1) elsewhere."""
    return np.where(x > 0.0, x, alpha * np.expm1(np.minimum(x, 0.0)))


def elu_backward(dy: Array, y: Array, alpha: float) -> Array:
    """Return dy where y > 0 and dy (y + alpha) elsewhere."""
    return np.where(y > 0.0, dy, dy * (y + alpha))
