"""Convolutional nets that end in features of an image: a plain one and a residual one."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from avanp.layers.base import Layer
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.conv import Conv2d
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.global_pool import GlobalAvgPool
from avanp.layers.relu import ReLU
from avanp.layers.residual import Residual
from avanp.layers.sequential import Sequential
from avanp.nets.conv import Shape, halvings

FEATURES = 64


def cnn(
    shape: Shape, widths: Sequence[int], *, batch_norm: bool, rng: np.random.Generator, dtype: Any
) -> tuple[Sequential, int]:
    """Return the layers of Ahlawat et al.'s CNN up to its 64 features, and how many they are.

    For each of `widths` a 3×3 convolution of stride 2, batch norm and ReLU; then a dense ReLU.

    Parameters
    ----------
    shape : (H, W, C)
        Of an image.
    widths : sequence of int
        Channels; 32 to 512 in the paper.
    batch_norm : bool
    rng : numpy.random.Generator
    dtype : numpy dtype
    """
    layers: list[Layer] = []
    channels = shape[2]
    for width in widths:
        layers += [*_conv(channels, width, 3, 2, batch_norm, rng, dtype), ReLU()]
        channels = width
    height, breadth = halvings(shape, len(widths))[-1]
    n = height * breadth * channels
    top = [Flatten(), Dense(n, FEATURES, init="he", rng=rng, dtype=dtype), ReLU()]
    return Sequential([*layers, *top]), FEATURES


def resnet(
    shape: Shape, widths: Sequence[int], *, batch_norm: bool, rng: np.random.Generator, dtype: Any
) -> tuple[Sequential, int]:
    """Return a residual net up to the means of its last maps, and how many they are.

    A 3×3 convolution, and for each of `widths` a block of two, the first of stride 2 but in the
    first block (He et al. 2016; three widths are their ResNet-8). Parameters are those of `cnn`.
    """
    layers: list[Layer] = [*_conv(shape[2], widths[0], 3, 1, batch_norm, rng, dtype), ReLU()]
    channels = widths[0]
    for i, width in enumerate(widths):
        stride = 1 if i == 0 else 2
        body: list[Layer] = [*_conv(channels, width, 3, stride, batch_norm, rng, dtype), ReLU()]
        body += _conv(width, width, 3, 1, batch_norm, rng, dtype)
        same = stride == 1 and channels == width
        short = None
        if not same:
            short = Sequential(_conv(channels, width, 1, stride, batch_norm, rng, dtype))
        layers += [Residual(Sequential(body), short), ReLU()]
        channels = width
    return Sequential([*layers, GlobalAvgPool()]), channels


def _conv(
    n_in: int, n_out: int, kernel: int, stride: int, batch_norm: bool, rng: Any, dtype: Any
) -> list[Layer]:
    conv = Conv2d(
        n_in, n_out, kernel, stride=stride, bias=not batch_norm, init="he", rng=rng, dtype=dtype
    )
    return [conv, *([BatchNorm(n_out, dtype=dtype)] if batch_norm else [])]
