"""Dense nets."""

from dataclasses import replace

import numpy as np

from avanp.layers.base import Layer
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.relu import ReLU
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.nets.build import SLOPE, Build


def encoder(b: Build, latent: int) -> Sequential:
    """Return a net from images (B, H, W, C) to mu and logvar side by side, (B, 2 latent)."""
    n = int(np.prod(b.shape))
    layers: list[Layer] = [Flatten()]
    for width in b.widths:
        layers += [*b.dense(n, width), ReLU()]
        n = width
    return Sequential([*layers, b.heads(n, latent)])


def decoder(b: Build, latent: int) -> Sequential:
    """Return a net from codes (B, latent) to images (B, H, W, C), before any sigmoid."""
    n = latent
    layers: list[Layer] = []
    for width in reversed(b.widths):
        layers += [*b.dense(n, width), ReLU()]
        n = width
    return Sequential([*layers, Dense(n, int(np.prod(b.shape)), **b.output), Reshape(b.shape)])


def discriminator(b: Build, outputs: int = 1) -> Sequential:
    """Return a net from images (B, H, W, C), or codes (B, n), to logits (B, outputs).

    No batch norm follows its first layer.
    """
    n = int(np.prod(b.shape))
    layers: list[Layer] = [Flatten()]
    for i, width in enumerate(b.widths):
        part = b if i else replace(b, batch_norm=False)
        layers += [*part.dense(n, width), LeakyReLU(SLOPE)]
        n = width
    return Sequential([*layers, Dense(n, outputs, **b.output)])
