"""What every net of images is built from, and the pieces that its builders share."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from avanp.layers.base import Layer
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.conv import Conv2d
from avanp.layers.dense import Dense, Init
from avanp.layers.two_heads import TwoHeads

# Of the leaky ReLUs in discriminators (Radford et al. 2016).
SLOPE = 0.2


@dataclass(frozen=True)
class Build:
    """What a net is built from: the first argument of every builder.

    Hidden layers begin by He, and have no bias where a batch norm follows; output layers begin by
    Glorot.

    Parameters
    ----------
    shape : tuple of int
        Height, width and channels of an image; (n,) of codes, where a builder takes them.
    widths : tuple of int
        Of the hidden layers of an encoder, from the image on; a decoder takes them from the last
        to the first. Channels after each halving, where it is convolutional.
    rng : numpy.random.Generator
        Of the initial weights. `avanp.layers.initialise.COUNTING` draws none.
    batch_norm : bool
        Whether one follows each hidden layer.
    dtype : numpy dtype
        Of the parameters.
    """

    shape: tuple[int, ...]
    widths: tuple[int, ...]
    rng: np.random.Generator
    batch_norm: bool = False
    dtype: Any = np.float32
    init: ClassVar[Init] = "he"

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """(height, width) of the image, and of the map after each of the widths."""
        return halvings(self.shape, len(self.widths))

    @property
    def hidden(self) -> dict[str, Any]:
        """The options of a hidden layer that has weights."""
        return {"bias": not self.batch_norm, "init": self.init, **self.output}

    @property
    def output(self) -> dict[str, Any]:
        """The options of a last layer."""
        return {"rng": self.rng, "dtype": self.dtype}

    def norm(self, n: int) -> list[Layer]:
        """Return a batch norm of n channels, or nothing."""
        return [BatchNorm(n, dtype=self.dtype)] if self.batch_norm else []

    def dense(self, n_in: int, n_out: int) -> list[Layer]:
        """Return a hidden dense layer and its norm."""
        return [Dense(n_in, n_out, **self.hidden), *self.norm(n_out)]

    def conv(self, n_in: int, n_out: int, kernel: int, stride: int = 1) -> list[Layer]:
        """Return a hidden convolution and its norm.

        Parameters
        ----------
        n_in, n_out : int
            Channels.
        kernel, stride : int
            Taps, and places between two outputs, in each direction.
        """
        return [Conv2d(n_in, n_out, kernel, stride=stride, **self.hidden), *self.norm(n_out)]

    def heads(self, n: int, latent: int) -> TwoHeads:
        """Return an encoder's end: two linear layers from n numbers, to mu and to logvar."""
        mu = Dense(n, latent, **self.output)
        return TwoHeads(mu, Dense(n, latent, **self.output))


def halvings(shape: Sequence[int], times: int) -> list[tuple[int, int]]:
    """Return (height, width) of the image and after each of `times` halvings, rounded up."""
    sizes = [(shape[0], shape[1])]
    for _ in range(times):
        height, width = sizes[-1]
        sizes.append((-(-height // 2), -(-width // 2)))
    return sizes


def builders(arch: str) -> ModuleType:
    """Return the module of builders of that name."""
    return import_module(f"avanp.nets.{arch}")
