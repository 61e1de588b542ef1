"""Nets whose codes are small maps: each place of the smallest map has some numbers of the code.

What `avanp.nets.upsample` has, without its two dense layers: what a number of the code means is
the same everywhere, so that little training is enough for sharp images. How the places go together
the nets do not learn; a sampler fitted to the codes does (`avanp.systems.mixture`).
"""

from avanp.errors import AvanpError
from avanp.layers.conv import Conv2d
from avanp.layers.flatten import Flatten
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.layers.two_heads import TwoHeads
from avanp.nets.build import Build
from avanp.nets.conv import discriminator
from avanp.nets.upsample import CLAMP, down, up

__all__ = ["decoder", "discriminator", "encoder"]


def encoder(b: Build, latent: int) -> Sequential:
    """Return a net from images (B, H, W, C) to mu and logvar side by side, (B, 2 latent).

    `latent` is a multiple of the number of places of the smallest map.
    """
    _, _, each = _map(b, latent)
    layers = down(b)

    def head() -> Sequential:
        return Sequential([Conv2d(b.widths[-1], each, 1, **b.output), Flatten()])

    return Sequential([*layers, TwoHeads(head(), head(), clamp=CLAMP)])


def decoder(b: Build, latent: int) -> Sequential:
    """Return a net from codes (B, latent) to images (B, H, W, C), before any sigmoid.

    `latent` is as for `encoder`; the channels are those of `avanp.nets.upsample.decoder`.
    """
    places = _map(b, latent)
    first = Conv2d(places[2], b.widths[-1], 3, init="he", **b.output)
    return Sequential([Reshape(places), first, *up(b)])


def _map(b: Build, latent: int) -> tuple[int, int, int]:
    """Return the (H, W, C) of a code, or raise an `AvanpError` where it is none."""
    height, breadth = b.sizes[-1]
    if latent % (height * breadth):
        raise AvanpError(
            f"arch 'spatial': a code of {latent} numbers is no map of {height}×{breadth}: choose "
            f"a multiple of {height * breadth}, or arch 'upsample'"
        )
    return height, breadth, latent // (height * breadth)
