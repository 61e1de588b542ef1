"""Nets for photographs: strided convolutions down, nearest-neighbour upsampling up.

A transposed convolution of stride 2 writes some pixels more often than others, which shows as a
checkerboard; here every pixel of a larger map is copied from the smaller one, and a 3×3
convolution follows (Odena et al. 2016).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from avanp.layers.base import Layer
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.conv import Conv2d
from avanp.layers.crop import Crop
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.layers.upsample import Upsample2
from avanp.nets.conv import Shape, discriminator, halvings
from avanp.nets.heads import SLOPE, heads

__all__ = ["decoder", "discriminator", "down", "encoder", "up"]

CLAMP = 10.0  # of the log-variance, either way


def encoder(
    shape: Shape,
    widths: Sequence[int],
    latent: int,
    *,
    batch_norm: bool = False,
    rng: np.random.Generator,
    dtype: Any = np.float32,
) -> Sequential:
    """Return a net from images (B, H, W, C) to mu and logvar side by side, (B, 2 latent).

    Parameters
    ----------
    shape : (int, int, int)
        Height, width and channels of an image.
    widths : sequence of int
        Channels after each halving, by a 4×4 convolution of stride 2.
    latent : int
        Numbers of a code.
    batch_norm : bool
        Whether one follows each hidden layer.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """
    height, breadth = halvings(shape, len(widths))[-1]
    top = heads(height * breadth * widths[-1], latent, rng=rng, dtype=dtype)
    top.clamp = CLAMP
    layers = down(shape, widths, batch_norm=batch_norm, rng=rng, dtype=dtype)
    return Sequential([*layers, Flatten(), top])


def decoder(
    shape: Shape,
    widths: Sequence[int],
    latent: int,
    *,
    batch_norm: bool = False,
    rng: np.random.Generator,
    dtype: Any = np.float32,
) -> Sequential:
    """Return a net from codes (B, latent) to images (B, H, W, C), before any sigmoid.

    Parameters
    ----------
    shape : (int, int, int)
        Height, width and channels of an image.
    widths : sequence of int
        An encoder's: the last comes first; at the size of the image there are half the first.
    latent : int
        Numbers of a code.
    batch_norm : bool
        Whether one follows each hidden layer.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """
    height, breadth = halvings(shape, len(widths))[-1]
    n = height * breadth * widths[-1]
    layers: list[Layer] = [Dense(latent, n, init="he", rng=rng, dtype=dtype)]
    layers.append(Reshape((height, breadth, widths[-1])))
    layers += up(shape, widths, batch_norm=batch_norm, rng=rng, dtype=dtype)
    return Sequential(layers)


def down(
    shape: Shape, widths: Sequence[int], *, batch_norm: bool, rng: np.random.Generator, dtype: Any
) -> list[Layer]:
    """Return the layers from images to the smallest map; parameters as for `encoder`."""
    layers: list[Layer] = []
    channels = shape[2]
    given: dict[str, Any] = {"bias": not batch_norm, "init": "he", "rng": rng, "dtype": dtype}
    for width in widths:
        layers += [Conv2d(channels, width, 4, stride=2, **given), *_after(width, batch_norm, dtype)]
        channels = width
    return layers


def up(
    shape: Shape, widths: Sequence[int], *, batch_norm: bool, rng: np.random.Generator, dtype: Any
) -> list[Layer]:
    """Return the layers from the smallest map, linear, to images; parameters as for `decoder`."""
    *larger, size = halvings(shape, len(widths))
    channels = widths[-1]
    layers = _after(channels, batch_norm, dtype)
    given: dict[str, Any] = {"bias": not batch_norm, "init": "he", "rng": rng, "dtype": dtype}
    for width in [*reversed(widths[:-1]), max(1, widths[0] // 2)]:
        target = larger.pop()
        # Where a halving was rounded up, the doubling gives one row or column too many.
        cut = [] if target == (2 * size[0], 2 * size[1]) else [Crop(*target)]
        layers += [Upsample2(), *cut, Conv2d(channels, width, 3, **given)]
        layers += _after(width, batch_norm, dtype)
        channels, size = width, target
    return [*layers, Conv2d(channels, shape[2], 3, rng=rng, dtype=dtype)]


def _after(width: int, batch_norm: bool, dtype: Any) -> list[Layer]:
    return [*([BatchNorm(width, dtype=dtype)] if batch_norm else []), LeakyReLU(SLOPE)]
