"""The nets of BEGAN, BEGAN-CS and BEGAN v3: auto-encoders, and generators like their decoders.

Berthelot et al. 2017 (BEGAN), Chang et al. 2018 (BEGAN-CS), Park et al. 2020 (v3): 3×3
convolutions whose channels grow by `width` with every halving, nearest-neighbour upsampling, no
norm, a linear end. Weights begin by Glorot, biases at zero.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from avanp.layers.base import Layer
from avanp.layers.concat import Concat
from avanp.layers.conv import Conv2d
from avanp.layers.crop import Crop
from avanp.layers.dense import Dense
from avanp.layers.elu import ELU
from avanp.layers.flatten import Flatten
from avanp.layers.gaussian_sample import GaussianSample
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.layers.two_heads import TwoHeads
from avanp.layers.upsample import Upsample2
from avanp.layers.vanishing import VanishingResidual
from avanp.nets.began_topology import Topology
from avanp.nets.build import SLOPE

Rng = np.random.Generator
ACTIVATIONS: dict[str, Callable[[], Layer]] = {"elu": ELU, "leaky-relu": lambda: LeakyReLU(SLOPE)}
# Hidden layers of each half of the dense form.
DENSE_LAYERS = 2


def autoencoder(
    t: Topology, *, variational: bool = False, clamp: float = 8.0, rng: Rng, dtype: Any = np.float32
) -> Sequential:
    """Return a discriminator D, images (B, H, W, C) to images: ``layers[0]`` encodes.

    Parameters
    ----------
    t, clamp, rng, dtype
        As of `encoder`.
    variational : bool
        v3: the encoder ends in (mu | logvar), (B, 2 N_z), of which a code is drawn.
    """
    first = encoder(t, variational=variational, clamp=clamp, rng=rng, dtype=dtype)
    last = decoder(t, rng=rng, dtype=dtype)
    return Sequential([first, GaussianSample(), last] if variational else [first, last])


def encoder(
    t: Topology, *, variational: bool = False, clamp: float = 8.0, rng: Rng, dtype: Any = np.float32
) -> Sequential:
    """Return a net from images to codes (B, N_z), or to (mu | logvar), (B, 2 N_z).

    Parameters
    ----------
    t : Topology
    variational : bool
        Whether there are two heads, mu and logvar.
    clamp : float
        Bound of |logvar|.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the weights.
    """
    parts = _Parts(t, rng, dtype)
    if t.arch == "mlp":
        n = int(np.prod(t.shape))
        layers: list[Layer] = [Flatten(), *parts.dense_layers(n)]
        n = t.width
    else:
        layers, channels = parts.conv(t.shape[2], t.width), t.width
        last = len(t.sizes) - 1
        for i in range(last + 1):
            here = t.width * (i + 1)
            out = here + t.width if t.early and i < last else here
            layers += parts.conv(channels, here) + parts.conv(here, out)
            layers += parts.conv(out, out, stride=2) if i < last else []
            channels = out
        n = int(np.prod(t.sizes[-1])) * channels
        layers.append(Flatten())
    if not variational:
        return Sequential([*layers, parts.dense(n, t.latent)])
    heads = (parts.dense(n, t.latent), parts.dense(n, t.latent))
    return Sequential([*layers, TwoHeads(*heads, clamp=clamp)])


def decoder(t: Topology, *, rng: Rng, dtype: Any = np.float32) -> Sequential:
    """Return a net from codes (B, N_z) to images: an auto-encoder's second half, or a generator."""
    parts = _Parts(t, rng, dtype)
    if t.arch == "mlp":
        end = parts.dense(t.width, int(np.prod(t.shape)))
        return Sequential([*parts.dense_layers(t.latent), end, Reshape(t.shape)])
    *larger, (height, breadth) = t.sizes
    first = [parts.dense(t.latent, height * breadth * t.width), Reshape((height, breadth, t.width))]
    layers, channels = parts.stage(t.width), t.width
    # What takes the first map to a stage's size.
    beside: list[Layer] = []
    size = (height, breadth)
    for target in reversed(larger):
        if t.early:
            layers += parts.conv(channels, 2 * t.width, kernel=1)
            channels = 2 * t.width
        up: list[Layer] = [Upsample2()]
        up += [] if target == (2 * size[0], 2 * size[1]) else [Crop(*target)]
        size = target
        layers, beside = layers + up, beside + up
        if t.skips:
            layers = [Concat([Sequential(layers), Sequential(beside)])]
            channels += t.width
        layers += parts.stage(channels)
        channels = t.width
    last = Conv2d(channels, t.shape[2], 3, rng=rng, dtype=dtype)
    return Sequential([*first, *layers, last])


class _Parts:
    """Layers of one topology, drawn from one generator."""

    def __init__(self, t: Topology, rng: Rng, dtype: Any) -> None:
        self.t, self.rng, self.dtype = t, rng, dtype

    def dense(self, n_in: int, n_out: int) -> Dense:
        return Dense(n_in, n_out, rng=self.rng, dtype=self.dtype)

    def dense_layers(self, n: int) -> list[Layer]:
        """Return the hidden layers of one half of the dense form."""
        sizes = [n] + [self.t.width] * DENSE_LAYERS
        pairs = pairwise(sizes)
        return [x for a, b in pairs for x in self._active(self.dense(a, b), a == b)]

    def conv(self, n_in: int, n_out: int, kernel: int = 3, stride: int = 1) -> list[Layer]:
        """Return a convolution and its activation."""
        layer = Conv2d(n_in, n_out, kernel, stride=stride, rng=self.rng, dtype=self.dtype)
        return self._active(layer, n_in == n_out and stride == 1)

    def stage(self, channels: int) -> list[Layer]:
        """Return what a decoder has at one size."""
        return self.conv(channels, self.t.width) + self.conv(self.t.width, self.t.width)

    def _active(self, layer: Layer, same: bool) -> list[Layer]:
        both = [layer, ACTIVATIONS[self.t.activation]()]
        if self.t.vanishing and same:
            return [VanishingResidual(Sequential(both), dtype=self.dtype)]
        return both
