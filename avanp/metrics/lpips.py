"""LPIPS: how different two images look (Zhang et al. 2018), by VGG16 and their weights."""

from pathlib import Path

import numpy as np

from avanp.data.images import ImageSet
from avanp.data.readers.npz import read_npz
from avanp.errors import AvanpError
from avanp.metrics.arrays import Array, plain_images, unit_images
from avanp.metrics.vgg16 import BLOCKS, vgg16_net

TAPS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")
NAMES = tuple(f"lpips{block}.w" for block in range(1, 6))
# Of images in [-1, 1], as the authors' program has them.
SHIFT = np.array([-0.030, -0.088, -0.188], np.float32)
SCALE = np.array([0.458, 0.448, 0.450], np.float32)
SMALL, BATCH = 1e-10, 32


class LPIPS:
    """The distance of pairs of images in the features of VGG16, weighted by channel.

    Parameters
    ----------
    path : path-like
        What ``avanp data import FILE --name vgg16`` wrote: VGG16's convolutions, and ``lpips1.w``
        to ``lpips5.w``, the weights of the channels of relu1_2 … relu5_3.

    Raises
    ------
    AvanpError
        Where the file lacks them, as those of earlier versions do.
    """

    def __init__(self, path: str | Path) -> None:
        self.net, places = vgg16_net(path, TAPS[-1])
        self.taps = [places[name] for name in TAPS]
        self.weights = read_npz(path, NAMES)
        for name, widths in zip(NAMES, BLOCKS, strict=True):
            if name not in self.weights or self.weights[name].shape != (widths[0],):
                raise AvanpError(f"{str(path)!r} has no {name} for LPIPS: import vgg16 anew")

    def __call__(self, images: Array | ImageSet, others: Array | ImageSet) -> Array:
        """Return the distance (N,) of each image (N, H, W, 3 or 1) to the other in its place."""
        x, y = plain_images("images", images), plain_images("others", others)
        if x.shape != y.shape or x.ndim != 4 or x.shape[3] not in (1, 3):
            raise AvanpError(f"LPIPS takes two (N, H, W, 3) or (N, H, W, 1), not {x.shape}")
        found = [
            self._of_batch(*(unit_images("images", a[i : i + BATCH]) for a in (x, y)))
            for i in range(0, len(x), BATCH)
        ]
        return np.concatenate(found)

    def _of_batch(self, x: Array, y: Array) -> Array:
        taps = [self.net.forward_taps(self._seen(a), self.taps)[1] for a in (x, y)]
        total = np.zeros(len(x))
        for place, name in zip(self.taps, NAMES, strict=True):
            one, other = (_normal(tap[place]) for tap in taps)
            total += (np.square(one - other) @ self.weights[name]).mean(axis=(1, 2))
        return total

    def _seen(self, x: Array) -> Array:
        x = np.broadcast_to(x, (*x.shape[:3], 3))
        return np.ascontiguousarray((2 * x - 1 - SHIFT) / SCALE, np.float32)


def _normal(features: Array) -> Array:
    """Return features (B, H, W, C) over their norm at each place."""
    norms = np.sqrt(np.square(features).sum(axis=-1, keepdims=True))
    normal: Array = features / (norms + SMALL)
    return normal
