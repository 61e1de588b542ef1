"""What nets of the paper's size cost: weights and multiply-adds, counted without making them."""

from collections.abc import Iterator
from typing import NamedTuple

from avanp.layers.base import Layer
from avanp.layers.container import Container
from avanp.layers.conv import Conv2d
from avanp.layers.crop import Crop
from avanp.layers.initialise import COUNTING
from avanp.layers.reshape import Reshape
from avanp.layers.upsample import Upsample2
from avanp.nets.began import autoencoder, decoder
from avanp.nets.began_topology import Topology

# Passes of a step, each way through weights or maps counted once: of D two forwards, two backwards
# to its weights, two to its maps, and one more to the images; of G one of each.
OF_D, OF_G = 7, 3


class Cost(NamedTuple):
    """Weights of D and G, and multiply-adds of an image in a step."""

    weights: int
    multiplications: int


def cost(variant: str, width: int = 128, latent: int = 64, side: int = 64) -> Cost:
    """Return the cost of a variant on images side × side × 3.

    Parameters
    ----------
    variant : {"began", "cs", "v3"}
    width, latent : int
        n and N_z.
    side : int
    """
    t = Topology(shape=(side, side, 3), width=width, latent=latent, early=variant != "began")
    d = autoencoder(t, variational=variant == "v3", rng=COUNTING)
    g = decoder(t, rng=COUNTING)
    weights = sum(p.size for net in (d, g) for p in net.params.values())
    size = (side, side)
    return Cost(weights, OF_D * multiplications(d, size) + OF_G * multiplications(g, size))


def multiplications(net: Layer, size: tuple[int, int]) -> int:
    """Return the multiply-adds of one image, or code, forward through a net of these layers.

    Parameters
    ----------
    net : Layer
        Convolutions, dense layers, nearest-neighbour upsampling, one after the other.
    size : (int, int)
        Height and width of its input, if that is an image.
    """
    height, width = size
    total = 0
    for layer in _leaves(net):
        places = 1
        if isinstance(layer, Conv2d):
            height, width = -(-height // layer.stride[0]), -(-width // layer.stride[1])
            places = height * width
        elif isinstance(layer, Upsample2):
            height, width = 2 * height, 2 * width
        elif isinstance(layer, Crop):
            height, width = layer.height, layer.width
        elif isinstance(layer, Reshape):
            height, width = layer.shape[:2]
        total += places * sum(p.size for p in layer.params.values() if p.ndim > 1)
    return total


def _leaves(layer: Layer) -> Iterator[Layer]:
    if isinstance(layer, Container):
        for child in layer.children.values():
            yield from _leaves(child)
    else:
        yield layer
