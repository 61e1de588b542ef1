"""Features of a convolutional net that was never trained."""

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Layer
from avanp.layers.conv import Conv2d
from avanp.layers.max_pool import MaxPool2d
from avanp.layers.relu import ReLU
from avanp.metrics.arrays import Array
from avanp.metrics.features import Features, tap_means

WIDTHS = (32, 64, 128)
SMALLEST = 8


class RandomConv(Features):
    """Three blocks of conv 3×3, ReLU and max-pool 2×2, of 32, 64 and 128 channels.

    The weights are He's, of seed 0, the same for ever; biases are zero. The features are the
    means over places of each block's ReLU: 224 numbers. For images of any kind, where no trained
    net is at hand: it sees colours, edges and textures, and nothing of what they mean.

    Parameters
    ----------
    channels : int
        Of the images.
    """

    about = "random-conv: conv 3×3 of 32, 64, 128 channels with frozen random weights of seed 0"

    def __init__(self, channels: int = 3) -> None:
        rng = np.random.default_rng(0)
        self.channels = channels
        self.layers: list[Layer] = []
        for n_in, n_out in zip((channels, *WIDTHS), WIDTHS, strict=False):
            self.layers += [Conv2d(n_in, n_out, 3, init="he", rng=rng), ReLU(), MaxPool2d()]

    def of_batch(self, x: Array) -> Array:
        """Return the features (B, 224) of a batch (B, H, W, C) of floats in [0, 1]."""
        if x.shape[3] != self.channels or min(x.shape[1:3]) < SMALLEST:
            raise AvanpError(
                f"random-conv of {self.channels} channels takes images of at least "
                f"{SMALLEST}×{SMALLEST} pixels, not {x.shape[1:]}: choose other features, such as "
                "pixels or pca"
            )
        # The last pool is for nothing.
        return tap_means(self.layers[:-1], x.astype(np.float32, copy=False), {1, 4, 7})
