"""Dense nets."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from avanp.layers.base import Layer
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
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
        Of the hidden layers.
    latent : int
        Numbers of a code.
    batch_norm : bool
        Whether one follows each hidden layer.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """
    n = int(np.prod(shape))
    layers: list[Layer] = [Flatten()]
    for width in widths:
        layers += _hidden(n, width, batch_norm, rng, dtype)
        n = width
    return Sequential([*layers, heads(n, latent, rng=rng, dtype=dtype)])


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

    `widths` are an encoder's: they are taken from the last to the first.

    Parameters
    ----------
    shape : (int, int, int)
        Height, width and channels of an image.
    widths : sequence of int
        Of the hidden layers. They are an encoder's: the last comes first.
    latent : int
        Numbers of a code.
    batch_norm : bool
        Whether one follows each hidden layer.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """
    n = latent
    layers: list[Layer] = []
    for width in reversed(widths):
        layers += _hidden(n, width, batch_norm, rng, dtype)
        n = width
    output = Dense(n, int(np.prod(shape)), rng=rng, dtype=dtype)
    return Sequential([*layers, output, Reshape(shape)])


def discriminator(
    shape: Sequence[int],
    widths: Sequence[int],
    outputs: int = 1,
    *,
    batch_norm: bool = False,
    rng: np.random.Generator,
    dtype: Any = np.float32,
) -> Sequential:
    """Return a net from images (B, H, W, C), or codes (B, n), to logits (B, outputs).

    Parameters
    ----------
    shape : (int, int, int)
        Height, width and channels of an image.
    widths : sequence of int
        Of the hidden layers.
    outputs : int
        Logits of an image.
    batch_norm : bool
        Whether one follows each hidden layer, but the first.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """
    n = int(np.prod(shape))
    layers: list[Layer] = [Flatten()]
    for i, width in enumerate(widths):
        normed = batch_norm and i > 0
        layers.append(Dense(n, width, bias=not normed, init="he", rng=rng, dtype=dtype))
        layers += [BatchNorm(width, dtype=dtype)] if normed else []
        layers.append(LeakyReLU(SLOPE))
        n = width
    return Sequential([*layers, Dense(n, outputs, rng=rng, dtype=dtype)])


def _hidden(n_in: int, n_out: int, batch_norm: bool, rng: Any, dtype: Any) -> list[Layer]:
    norm = [BatchNorm(n_out, dtype=dtype)] if batch_norm else []
    dense = Dense(n_in, n_out, bias=not batch_norm, init="he", rng=rng, dtype=dtype)
    return [dense, *norm, ReLU()]
