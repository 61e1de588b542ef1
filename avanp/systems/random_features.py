"""An untrained convolutional net whose hidden layers a loss looks at."""

from typing import Any

import numpy as np

from avanp.layers.avg_pool import AvgPool2d
from avanp.layers.base import Layer
from avanp.layers.conv import Conv2d
from avanp.layers.max_pool import MaxPool2d
from avanp.layers.relu import ReLU
from avanp.layers.sequential import Sequential
from avanp.layers.tanh import Tanh
from avanp.systems.streams import Streams

WIDTHS = (16, 32, 64, 64, 64)


def random_net(
    shape: tuple[int, int, int],
    rng: np.random.Generator,
    dtype: Any,
    *,
    widths: tuple[int, ...] = WIDTHS,
    smooth: bool = False,
) -> Sequential:
    """Return convolutions, ReLUs and max pools, as many blocks as the image can be halved for.

    Parameters
    ----------
    shape : (H, W, C)
    rng : numpy.random.Generator
    dtype : numpy dtype
    widths : tuple of int
        Channels, at most so many blocks.
    smooth : bool
        Tanh and average pools instead: without kinks, for a gradient check.
    """
    layers: list[Layer] = []
    (height, width, channels) = shape
    for n in widths:
        if layers:
            layers.append(AvgPool2d(2) if smooth else MaxPool2d())
        layers.append(Conv2d(channels, n, 3, init="he", rng=rng, dtype=dtype))
        layers.append(Tanh() if smooth else ReLU())
        height, width, channels = height // 2, width // 2, n
        if min(height, width) < 1:
            break
    return Sequential(layers)


def net_to_check(shape: tuple[int, int, int]) -> Sequential:
    """Return a small random net of images of `shape` without kinks, in float64."""
    return random_net(shape, Streams(0)["features"], np.float64, widths=(3, 2), smooth=True)
