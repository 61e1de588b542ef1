"""Nets whose codes are small maps: each place of the smallest map has some numbers of the code.

What `avanp.nets.upsample` has, without its two dense layers: what a number of the code means is
the same everywhere, so that little training is enough for sharp images. How the places go together
the nets do not learn; a sampler fitted to the codes does (`avanp.systems.mixture`).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.conv import Conv2d
from avanp.layers.flatten import Flatten
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.layers.two_heads import TwoHeads
from avanp.nets.conv import Shape, discriminator, halvings
from avanp.nets.upsample import CLAMP, down, up

__all__ = ["decoder", "discriminator", "encoder"]


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
        Numbers of a code: a multiple of the number of places of the smallest map.
    batch_norm : bool
        Whether one follows each hidden layer.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """
    _, _, each = _map(shape, widths, latent)
    layers = down(shape, widths, batch_norm=batch_norm, rng=rng, dtype=dtype)

    def head() -> Sequential:
        return Sequential([Conv2d(widths[-1], each, 1, rng=rng, dtype=dtype), Flatten()])

    return Sequential([*layers, TwoHeads(head(), head(), clamp=CLAMP)])


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
        Numbers of a code: a multiple of the number of places of the smallest map.
    batch_norm : bool
        Whether one follows each hidden layer.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """
    places = _map(shape, widths, latent)
    first = Conv2d(places[2], widths[-1], 3, init="he", rng=rng, dtype=dtype)
    rest = up(shape, widths, batch_norm=batch_norm, rng=rng, dtype=dtype)
    return Sequential([Reshape(places), first, *rest])


def _map(shape: Shape, widths: Sequence[int], latent: int) -> tuple[int, int, int]:
    """Return the (H, W, C) of a code, or raise an `AvanpError` where it is none."""
    height, breadth = halvings(shape, len(widths))[-1]
    if latent % (height * breadth):
        raise AvanpError(
            f"arch 'spatial': a code of {latent} numbers is no map of {height}×{breadth}: choose "
            f"a multiple of {height * breadth}, or arch 'upsample'"
        )
    return height, breadth, latent // (height * breadth)
