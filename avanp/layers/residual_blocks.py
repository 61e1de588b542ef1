"""Residual blocks of two dense or two convolutional layers."""

from typing import Any

import numpy as np

from avanp.layers.base import Layer
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.conv import Conv2d
from avanp.layers.dense import Dense, Init
from avanp.layers.initialise import rescale
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.residual import Residual
from avanp.layers.sequential import Sequential

# A block begins as nearly the identity: its second layer starts at this part of its usual size.
START = 0.1


def residual_dense(
    n: int,
    *,
    slope: float = 0.2,
    init: Init = "he",
    rng: np.random.Generator | None = None,
    dtype: Any = np.float32,
) -> Residual:
    """Return the block ``y = x + W2 LeakyReLU(W1 x + b1) + b2`` for x (B, n).

    Parameters
    ----------
    n : int
        Width: of x and of the layer inside.
    slope : float
        Of the leaky ReLU, on the negative side.
    init : str
        See `avanp.layers.initialise.initial`.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """
    first = Dense(n, n, init=init, rng=rng, dtype=dtype)
    second = Dense(n, n, init=init, rng=rng, dtype=dtype)
    rescale(second.params["W"], START)
    return Residual(Sequential([first, LeakyReLU(slope), second]))


def residual_conv(
    n: int,
    *,
    slope: float = 0.2,
    batch_norm: bool = False,
    init: Init = "he",
    rng: np.random.Generator | None = None,
    dtype: Any = np.float32,
) -> Residual:
    """Return the block ``y = x + conv(LeakyReLU(conv(x)))``, 3×3, for x (B, H, W, n).

    With `batch_norm` each convolution is followed by one, and has no bias of its own.

    Parameters
    ----------
    n : int
        Width: of x and of the layer inside.
    slope : float
        Of the leaky ReLU, on the negative side.
    batch_norm : bool
        Whether one follows each convolution.
    init : str
        See `avanp.layers.initialise.initial`.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """

    def conv() -> Conv2d:
        return Conv2d(n, n, 3, bias=not batch_norm, init=init, rng=rng, dtype=dtype)

    first, second = conv(), conv()
    layers: list[Layer] = [first, LeakyReLU(slope), second]
    if batch_norm:
        # What a batch norm follows has no size: its own gain is what starts small.
        last = BatchNorm(n, dtype=dtype)
        last.params["gamma"] *= START
        layers = [first, BatchNorm(n, dtype=dtype), LeakyReLU(slope), second, last]
    else:
        rescale(second.params["W"], START)
    return Residual(Sequential(layers))
