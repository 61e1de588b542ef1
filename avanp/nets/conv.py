"""Convolutional nets: 4×4 kernels of stride 2, each halving the image (rounded up)."""

from dataclasses import replace
from typing import Any

from avanp.layers.base import Layer
from avanp.layers.conv_transpose import ConvTranspose2d
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.initialise import rescale
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.relu import ReLU
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.nets.build import SLOPE, Build


def encoder(b: Build, latent: int) -> Sequential:
    """Return a net from images (B, H, W, C) to mu and logvar side by side, (B, 2 latent)."""
    layers: list[Layer] = []
    channels = b.shape[2]
    for width in b.widths:
        layers += [*b.conv(channels, width, 4, 2), ReLU()]
        channels = width
    height, breadth = b.sizes[-1]
    return Sequential([*layers, Flatten(), b.heads(height * breadth * channels, latent)])


def decoder(b: Build, latent: int) -> Sequential:
    """Return a net from codes (B, latent) to images (B, H, W, C), before any sigmoid.

    Where a halving was rounded up, the doubling gives one row or column less.
    """
    *larger, size = b.sizes
    channels = b.widths[-1]
    first = Dense(latent, size[0] * size[1] * channels, init="he", **b.output)
    layers: list[Layer] = [first, Reshape((*size, channels)), *b.norm(channels), ReLU()]
    for width in reversed(b.widths[:-1]):
        target = larger.pop()
        layers += [_up(channels, width, size, target, b.hidden), *b.norm(width), ReLU()]
        channels, size = width, target
    return Sequential([*layers, _up(channels, b.shape[2], size, larger.pop(), b.output)])


def discriminator(b: Build, outputs: int = 1) -> Sequential:
    """Return a net from images (B, H, W, C) to logits (B, outputs).

    No batch norm follows its first layer.
    """
    layers: list[Layer] = []
    channels = b.shape[2]
    for i, width in enumerate(b.widths):
        part = b if i else replace(b, batch_norm=False)
        layers += [*part.conv(channels, width, 4, 2), LeakyReLU(SLOPE)]
        channels = width
    height, breadth = b.sizes[-1]
    return Sequential([*layers, Flatten(), Dense(height * breadth * channels, outputs, **b.output)])


def _up(
    n_in: int, n_out: int, size: tuple[int, int], target: tuple[int, int], options: dict[str, Any]
) -> Layer:
    """Return what takes images of `size` to `target`, which halves to `size`, rounded up."""
    # Without cutting an image of n becomes one of 2 n + 2.
    cut = [2 * n + 2 - t for n, t in zip(size, target, strict=True)]
    padding = ((1, cut[0] - 1), (1, cut[1] - 1))
    layer = ConvTranspose2d(n_in, n_out, 4, stride=2, padding=padding, **options)
    # A pixel of the output is reached by 4 of the 16 taps: the inputs that He counts are fewer.
    rescale(layer.params["W"], 2)
    return layer
