"""Convolutional nets: 4×4 kernels of stride 2, each halving the image (rounded up)."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from avanp.layers.base import Layer
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.conv import Conv2d
from avanp.layers.conv_transpose import ConvTranspose2d
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.initialise import rescale
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.relu import ReLU
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.nets.heads import SLOPE, heads

Shape = tuple[int, int, int]


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
        Channels after each halving.
    latent : int
        Numbers of a code.
    batch_norm : bool
        Whether one follows each hidden layer.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """
    layers: list[Layer] = []
    channels = shape[2]
    for width in widths:
        layers.append(_down(channels, width, not batch_norm, rng, dtype))
        layers += [BatchNorm(width, dtype=dtype)] if batch_norm else []
        layers.append(ReLU())
        channels = width
    height, breadth = halvings(shape, len(widths))[-1]
    top = heads(height * breadth * channels, latent, rng=rng, dtype=dtype)
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

    `widths` are an encoder's: they are taken from the last to the first. Where a halving was
    rounded up, the doubling gives one row or column less.

    Parameters
    ----------
    shape : (int, int, int)
        Height, width and channels of an image.
    widths : sequence of int
        Channels after each halving. They are an encoder's: the last comes first.
    latent : int
        Numbers of a code.
    batch_norm : bool
        Whether one follows each hidden layer.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """
    sizes = halvings(shape, len(widths))
    height, breadth = sizes.pop()
    channels = widths[-1]
    n = height * breadth * channels
    layers: list[Layer] = [Dense(latent, n, init="he", rng=rng, dtype=dtype)]
    layers.append(Reshape((height, breadth, channels)))
    layers += [BatchNorm(channels, dtype=dtype)] if batch_norm else []
    layers.append(ReLU())
    size = (height, breadth)
    for width in reversed(widths[:-1]):
        layers.append(_up(channels, width, size, sizes[-1], not batch_norm, rng, dtype))
        layers += [BatchNorm(width, dtype=dtype)] if batch_norm else []
        layers.append(ReLU())
        channels, size = width, sizes.pop()
    layers.append(_up(channels, shape[2], size, sizes[-1], True, rng, dtype, "glorot"))
    return Sequential(layers)


def discriminator(
    shape: Shape,
    widths: Sequence[int],
    outputs: int = 1,
    *,
    batch_norm: bool = False,
    rng: np.random.Generator,
    dtype: Any = np.float32,
) -> Sequential:
    """Return a net from images (B, H, W, C) to logits (B, outputs).

    Parameters
    ----------
    shape : (int, int, int)
        Height, width and channels of an image.
    widths : sequence of int
        Channels after each halving.
    outputs : int
        Logits of an image.
    batch_norm : bool
        Whether one follows each hidden layer, but the first.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """
    layers: list[Layer] = []
    channels = shape[2]
    for i, width in enumerate(widths):
        normed = batch_norm and i > 0
        layers.append(_down(channels, width, not normed, rng, dtype))
        layers += [BatchNorm(width, dtype=dtype)] if normed else []
        layers.append(LeakyReLU(SLOPE))
        channels = width
    height, breadth = halvings(shape, len(widths))[-1]
    top = Dense(height * breadth * channels, outputs, rng=rng, dtype=dtype)
    return Sequential([*layers, Flatten(), top])


def halvings(shape: Sequence[int], times: int) -> list[tuple[int, int]]:
    """Return (height, width) of the image and after each of `times` halvings, rounded up."""
    sizes = [(shape[0], shape[1])]
    for _ in range(times):
        height, width = sizes[-1]
        sizes.append((-(-height // 2), -(-width // 2)))
    return sizes


def _down(n_in: int, n_out: int, bias: bool, rng: Any, dtype: Any) -> Layer:
    return Conv2d(n_in, n_out, 4, stride=2, bias=bias, init="he", rng=rng, dtype=dtype)


def _up(
    n_in: int,
    n_out: int,
    size: tuple[int, int],
    target: tuple[int, int],
    bias: bool,
    rng: Any,
    dtype: Any,
    init: str = "he",
) -> Layer:
    """Return what takes images of `size` to `target`, which halves to `size`, rounded up."""
    # Without cutting an image of n becomes one of 2 n + 2.
    cut = [2 * n + 2 - t for n, t in zip(size, target, strict=True)]
    padding = ((1, cut[0] - 1), (1, cut[1] - 1))
    layer = ConvTranspose2d(
        n_in, n_out, 4, stride=2, padding=padding, bias=bias, init=init, rng=rng, dtype=dtype
    )
    # A pixel of the output is reached by 4 of the 16 taps: the inputs that He counts are fewer.
    rescale(layer.params["W"], 2)
    return layer
