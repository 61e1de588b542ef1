"""The nets of the DFC-VAE (Ahlawat et al. 2021, Figure 4; Hou et al. 2017).

Every hidden layer is followed by batch norm, where asked for, and a leaky ReLU of slope 0.2.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from avanp.layers.base import Layer
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.conv import Conv2d
from avanp.layers.conv_transpose import ConvTranspose2d
from avanp.layers.crop import Crop
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.initialise import COUNTING
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.relu import ReLU
from avanp.layers.replication_pad import ReplicationPad2d
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.layers.upsample import Upsample2
from avanp.nets.conv import Shape, halvings
from avanp.nets.heads import SLOPE, heads

CLAMP = 8.0  # of the log-variance, either way
START = 0.1  # the part of its usual size at which the head of the log-variance begins


def encoder(
    shape: Shape,
    widths: Sequence[int],
    latent: int,
    *,
    batch_norm: bool,
    rng: np.random.Generator,
    dtype: Any = np.float32,
) -> Sequential:
    """Return a net from images (B, H, W, C) to mu and logvar side by side, (B, 2 latent).

    A 4×4 convolution of stride 2 for each of `widths`, which halves the image, rounded up. logvar
    is held to [-8, 8], and begins near 0.

    Parameters
    ----------
    shape : (H, W, C)
    widths : sequence of int
        Channels.
    latent : int
        Numbers in a code.
    batch_norm : bool
    rng : numpy.random.Generator
    dtype : numpy dtype
    """
    layers: list[Layer] = []
    channels = shape[2]
    for width in widths:
        layers.append(
            Conv2d(
                channels, width, 4, stride=2, bias=not batch_norm, init="he", rng=rng, dtype=dtype
            )
        )
        layers += _after(width, batch_norm, dtype)
        channels = width
    height, breadth = halvings(shape, len(widths))[-1]
    top = heads(height * breadth * channels, latent, rng=rng, dtype=dtype)
    # A large batch-normed output would begin with variances that swamp every other term.
    top.clamp = CLAMP
    if rng is not COUNTING:
        top.logvar.params["W"] *= START
    return Sequential([*layers, Flatten(), top])


def decoder(
    shape: Shape,
    widths: Sequence[int],
    latent: int,
    *,
    upsampling: bool = False,
    batch_norm: bool,
    rng: np.random.Generator,
    dtype: Any = np.float32,
) -> Sequential:
    """Return a net from codes (B, latent) to images (B, H, W, C), before any sigmoid.

    Parameters
    ----------
    shape : (H, W, C)
    widths : sequence of int
        The encoder's; taken from the last to the first, each doubles the image.
    latent : int
    upsampling : bool
        Doubled by nearest-neighbour upsampling and a 3×3 convolution over copies of the border, as
        Hou et al. have it, and not by a 4×4 transposed convolution of stride 2.
    batch_norm : bool
    rng : numpy.random.Generator
    dtype : numpy dtype
    """
    sizes = halvings(shape, len(widths))
    height, breadth = sizes.pop()
    channels = widths[-1]
    n = height * breadth * channels
    layers: list[Layer] = [
        Dense(latent, n, init="he", rng=rng, dtype=dtype),
        ReLU(),
        Reshape((height, breadth, channels)),
    ]
    for width in reversed(widths):
        given: dict[str, Any] = {"bias": not batch_norm, "init": "he", "rng": rng, "dtype": dtype}
        if upsampling:
            layers += [Upsample2(), *_conv3(channels, width, given)]
        else:
            up = ConvTranspose2d(channels, width, 4, stride=2, **given)
            # A pixel of the output is reached by 4 of the 16 taps: He counts more inputs.
            if rng is not COUNTING:
                up.params["W"] *= 2
            layers.append(up)
        size = sizes.pop()
        if size != (2 * height, 2 * breadth):
            layers.append(Crop(*size))
        layers += _after(width, batch_norm, dtype)
        channels, (height, breadth) = width, size
    given = {"init": "glorot", "rng": rng, "dtype": dtype}
    if upsampling:
        return Sequential([*layers, *_conv3(channels, shape[2], given)])
    return Sequential([*layers, ConvTranspose2d(channels, shape[2], 4, **given)])


def _conv3(n_in: int, n_out: int, given: dict[str, Any]) -> list[Layer]:
    return [ReplicationPad2d(1), Conv2d(n_in, n_out, 3, padding="valid", **given)]


def _after(width: int, batch_norm: bool, dtype: Any) -> list[Layer]:
    return [*([BatchNorm(width, dtype=dtype)] if batch_norm else []), LeakyReLU(SLOPE)]
