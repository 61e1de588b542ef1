"""The nets of SSAVAE: encoder, classifier of codes, decoder, discriminator.

Zemouri 2020, §4.2: 3×3 convolutions with residual blocks, two max pools, two upsamplings. Channels
and widths stand only in a figure that is lost; `SIZES` are ours. Weights begin by He for leaky
ReLU, the heads by Glorot, the one of logvar at a tenth of it.
"""

from dataclasses import replace
from itertools import pairwise

from avanp.layers.base import Layer
from avanp.layers.conv import Conv2d
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.initialise import rescale
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.nets.build import SLOPE
from avanp.nets.ssavae_build import Build

# Channels at full, half and quarter size.
SIZES = {"S": (8, 16, 32), "M": (16, 32, 64)}
CLAMP = 8.0
LOGVAR_START = 0.1
# Layers whose outputs Eq. 9 compares.
TAPS = 3
# Dense layers of the discriminator; the other nets' are multiples of the first channels.
SCORING = (128, 64, 32, 16)


def encoder(b: Build) -> Sequential:
    """Return a net from images to (mu | logvar), (B, 2 latent).

    Six convolutions, each followed by a residual block and a leaky ReLU; three dense layers.
    """
    b = replace(b, batch_norm=False)
    layers: list[Layer] = []
    n = b.shape[2]
    for i, width in enumerate(b.widths):
        layers += b.down(i)
        for _ in range(2):
            layers += [*b.conv(n, width, 3), b.block(width), LeakyReLU(SLOPE)]
            n = width
    layers.append(Flatten())
    first = b.widths[0]
    for n_in, n_out in pairwise((b.last, 32 * first, 16 * first, 8 * first)):
        layers += [*b.dense(n_in, n_out), LeakyReLU(SLOPE)]
    top = b.heads(8 * first, b.latent)
    top.clamp = CLAMP
    rescale(top.logvar.params["W"], LOGVAR_START)
    return Sequential([*layers, top])


def taps(net: Sequential) -> tuple[int, ...]:
    """Return the layers φ_1, φ_2, φ_3 of an encoder: its first leaky ReLUs, before any pool."""
    found = [i for i, layer in enumerate(net.layers) if isinstance(layer, LeakyReLU)]
    return tuple(found[:TAPS])


def classifier(b: Build, classes: int) -> Sequential:
    """Return a net from codes (B, latent) to logits (B, classes): three residual dense blocks."""
    n = 8 * b.widths[0]
    layers: list[Layer] = []
    for n_in in (b.latent, n, n):
        layers += [*b.dense(n_in, n), LeakyReLU(SLOPE), b.block_dense(n)]
    return Sequential([*layers, Dense(n, classes, **b.output)])


def decoder(b: Build) -> Sequential:
    """Return a net from codes (B, latent) to images (B, H, W, C), before any sigmoid.

    Three dense layers, six convolutions with residual blocks, a seventh to the channels.
    """
    first = b.widths[0]
    layers: list[Layer] = []
    for n_in, n_out in pairwise((b.latent, 8 * first, 16 * first, b.last)):
        layers += [*b.dense(n_in, n_out), LeakyReLU(SLOPE)]
    n = b.widths[-1]
    layers.append(Reshape((*b.sizes[-1], n)))
    for i in reversed(range(len(b.widths))):
        for _ in range(2):
            conv = b.conv(n, b.widths[i], 3)
            n = b.widths[i]
            layers += [*conv, LeakyReLU(SLOPE), b.block(n)]
        layers += b.up(i)
    end = Conv2d(n, b.shape[2], 3, **b.output)
    return Sequential([*layers, end])


def discriminator(b: Build) -> Sequential:
    """Return a net from images to linear scores (B, 1): three convolutions, four dense layers."""
    b = replace(b, batch_norm=False)
    layers: list[Layer] = []
    n = b.shape[2]
    for i, width in enumerate(b.widths):
        layers += [*b.down(i), *b.conv(n, width, 3), LeakyReLU(SLOPE)]
        n = width
    layers.append(Flatten())
    for n_in, n_out in pairwise((b.last, *SCORING)):
        layers += [*b.dense(n_in, n_out), LeakyReLU(SLOPE)]
    return Sequential([*layers, Dense(SCORING[-1], 1, **b.output)])
