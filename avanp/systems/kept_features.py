"""Features of images by a frozen net: computed once of each image, and kept."""

import hashlib
from collections.abc import Sequence

import numpy as np

from avanp.layers.base import Array
from avanp.layers.sequential import Sequential
from avanp.metrics.features import tap_means

MOST = 50_000  # images whose features are kept: 1,472 numbers each, 300 MB in all


class KeptFeatures:
    """The means over places of some layers of a net, side by side.

    An image is known by its bytes, whatever batch it comes in.

    Parameters
    ----------
    net : Sequential
        Frozen: what is kept would be wrong once a weight moved.
    taps : sequence of int
        Layers by number.
    """

    def __init__(self, net: Sequential, taps: Sequence[int]) -> None:
        self.layers, self.taps = net.layers[: max(taps) + 1], set(taps)
        self.computed = 0  # images so far
        self._kept: dict[bytes, Array] = {}

    def __call__(self, x: Array, *, keep: bool = True) -> Array:
        """Return the features (B, D) of images (B, H, W, C); `keep` those that may come again."""
        if not keep:
            return self._of(x)
        keys = [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in x]
        new = [i for i, key in enumerate(keys) if key not in self._kept]
        found = dict(zip((keys[i] for i in new), self._of(x[new]) if new else (), strict=True))
        if len(self._kept) + len(found) <= MOST:
            self._kept |= found
        return np.stack([found[key] if key in found else self._kept[key] for key in keys])

    def _of(self, x: Array) -> Array:
        self.computed += len(x)
        return tap_means(self.layers, np.ascontiguousarray(x), self.taps)
