"""The nets of the DFC-VAE (Ahlawat et al. 2021, Figure 4; Hou et al. 2017).

Every hidden layer is followed by batch norm, where asked for, and a leaky ReLU of slope 0.2.
"""

from typing import Any

from avanp.layers.base import Layer
from avanp.layers.conv import Conv2d
from avanp.layers.conv_transpose import ConvTranspose2d
from avanp.layers.crop import Crop
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.initialise import rescale
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.relu import ReLU
from avanp.layers.replication_pad import ReplicationPad2d
from avanp.layers.reshape import Reshape
from avanp.layers.sequential import Sequential
from avanp.layers.upsample import Upsample2
from avanp.nets.build import SLOPE, Build

CLAMP = 8.0  # of the log-variance, either way
START = 0.1  # the part of its usual size at which the head of the log-variance begins


def encoder(b: Build, latent: int) -> Sequential:
    """Return a net from images (B, H, W, C) to mu and logvar side by side, (B, 2 latent).

    A 4×4 convolution of stride 2 for each of the widths, which halves the image, rounded up.
    logvar is held to [-8, 8], and begins near 0.
    """
    layers: list[Layer] = []
    channels = b.shape[2]
    for width in b.widths:
        layers += [*b.conv(channels, width, 4, 2), LeakyReLU(SLOPE)]
        channels = width
    height, breadth = b.sizes[-1]
    top = b.heads(height * breadth * channels, latent)
    # A large batch-normed output would begin with variances that swamp every other term.
    top.clamp = CLAMP
    rescale(top.logvar.params["W"], START)
    return Sequential([*layers, Flatten(), top])


def decoder(b: Build, latent: int, *, upsampling: bool = False) -> Sequential:
    """Return a net from codes (B, latent) to images (B, H, W, C), before any sigmoid.

    Each of the widths doubles the image: by a 4×4 transposed convolution of stride 2, or where
    `upsampling` asks for it, as Hou et al. have it, by nearest-neighbour upsampling and a 3×3
    convolution over copies of the border.
    """
    *larger, (height, breadth) = b.sizes
    channels = b.widths[-1]
    layers: list[Layer] = [
        Dense(latent, height * breadth * channels, init="he", **b.output),
        ReLU(),
        Reshape((height, breadth, channels)),
    ]
    for width in reversed(b.widths):
        if upsampling:
            layers += [Upsample2(), *_conv3(channels, width, b.hidden)]
        else:
            up = ConvTranspose2d(channels, width, 4, stride=2, **b.hidden)
            # A pixel of the output is reached by 4 of the 16 taps: He counts more inputs.
            rescale(up.params["W"], 2)
            layers.append(up)
        size = larger.pop()
        if size != (2 * height, 2 * breadth):
            layers.append(Crop(*size))
        layers += [*b.norm(width), LeakyReLU(SLOPE)]
        channels, (height, breadth) = width, size
    if upsampling:
        return Sequential([*layers, *_conv3(channels, b.shape[2], b.output)])
    return Sequential([*layers, ConvTranspose2d(channels, b.shape[2], 4, **b.output)])


def _conv3(n_in: int, n_out: int, options: dict[str, Any]) -> list[Layer]:
    return [ReplicationPad2d(1), Conv2d(n_in, n_out, 3, padding="valid", **options)]
