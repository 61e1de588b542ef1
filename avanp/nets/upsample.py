"""Nets for photographs: strided convolutions down, nearest-neighbour upsampling up.

A transposed convolution of stride 2 writes some pixels more often than others, which shows as a
checkerboard; here every pixel of a larger map is copied from the smaller one, and a 3×3
convolution follows (Odena et al. 2016).
"""

from avanp.layers.base import Layer
from avanp.layers.conv import Conv2d
from avanp.layers.crop import Crop
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.layers.upsample import Upsample2
from avanp.nets.build import SLOPE, Build
from avanp.nets.conv import discriminator

__all__ = ["decoder", "discriminator", "down", "encoder", "up"]

CLAMP = 10.0  # of the log-variance, either way


def encoder(b: Build, latent: int) -> Sequential:
    """Return a net from images (B, H, W, C) to mu and logvar side by side, (B, 2 latent)."""
    height, breadth = b.sizes[-1]
    top = b.heads(height * breadth * b.widths[-1], latent)
    top.clamp = CLAMP
    return Sequential([*down(b), Flatten(), top])


def decoder(b: Build, latent: int) -> Sequential:
    """Return a net from codes (B, latent) to images (B, H, W, C), before any sigmoid.

    At the size of the image there are half as many channels as the first of the widths.
    """
    place = (*b.sizes[-1], b.widths[-1])
    first = Dense(latent, place[0] * place[1] * place[2], init="he", **b.output)
    return Sequential([first, Reshape(place), *up(b)])


def down(b: Build) -> list[Layer]:
    """Return the layers from images to the smallest map."""
    layers: list[Layer] = []
    channels = b.shape[2]
    for width in b.widths:
        layers += [*b.conv(channels, width, 4, 2), LeakyReLU(SLOPE)]
        channels = width
    return layers


def up(b: Build) -> list[Layer]:
    """Return the layers from the smallest map, linear, to images."""
    *larger, size = b.sizes
    channels = b.widths[-1]
    layers = [*b.norm(channels), LeakyReLU(SLOPE)]
    for width in [*reversed(b.widths[:-1]), max(1, b.widths[0] // 2)]:
        target = larger.pop()
        # Where a halving was rounded up, the doubling gives one row or column too many.
        cut = [] if target == (2 * size[0], 2 * size[1]) else [Crop(*target)]
        layers += [Upsample2(), *cut, *b.conv(channels, width, 3), LeakyReLU(SLOPE)]
        channels, size = width, target
    return [*layers, Conv2d(channels, b.shape[2], 3, **b.output)]
