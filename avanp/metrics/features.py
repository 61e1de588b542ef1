"""Feature spaces: images in, (N, D) out, in which distances of sets of images are taken.

A number means nothing without its space: `about` says in one line which it was.
"""

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.layers.base import Layer
from avanp.layers.sequential import Sequential
from avanp.metrics.arrays import BATCH, Array, plain_images, unit_images


class Features:
    """A function of images (N, H, W, C) in [0, 1] (or uint8) to features (N, D)."""

    about: str

    def __call__(self, images: Array | ImageSet) -> Array:
        """Return the features of every image, whatever the others are."""
        x = plain_images("images", images)
        if x.ndim != 4:
            raise AvanpError(f"images must be (N, H, W, C), not {x.shape}")
        parts = [x[i : i + BATCH] for i in range(0, len(x), BATCH)]
        return np.concatenate([self.of_batch(unit_images("images", part)) for part in parts])

    def of_batch(self, x: Array) -> Array:
        """Return the features (B, D) of a batch (B, H, W, C) of floats in [0, 1]."""
        raise NotImplementedError


class Pixels(Features):
    """The pixels themselves, flat."""

    about = "pixels"

    def of_batch(self, x: Array) -> Array:
        """Return the features (B, D) of a batch (B, H, W, C) of floats in [0, 1]."""
        return x.reshape(len(x), -1)


class PCA(Features):
    """The first principal components of the pixels of `real`, not whitened.

    Parameters
    ----------
    real : array (N, H, W, C) or ImageSet
        At most 2000 of them, evenly spaced, are fitted.
    n : int
        Components; fewer where the images have fewer.
    """

    FITTED = 2000

    def __init__(self, real: Array | ImageSet, n: int = 64) -> None:
        x = plain_images("real", real)
        x = x[np.unique(np.linspace(0, len(x) - 1, self.FITTED).astype(int))]
        x = unit_images("real", x)
        x = x.reshape(len(x), -1).astype(np.float64)
        self.mean = x.mean(axis=0)
        x -= self.mean
        # The eigenvectors of whichever of x^T x and x x^T is smaller.
        wide = len(x) < x.shape[1]
        variances, vectors = np.linalg.eigh(x @ x.T if wide else x.T @ x)
        # No more than there is variance beyond rounding.
        n = min(n, int((variances > 1e-10 * variances[-1]).sum()))
        if n < 1:
            raise AvanpError("principal components need at least two different real images")
        kept = vectors[:, ::-1][:, :n]
        if wide:
            kept = x.T @ kept
            kept /= np.linalg.norm(kept, axis=0)
        # (H W C, n)
        self.components = kept
        share = variances[::-1][:n].sum() / variances.sum()
        self.about = (
            f"pca: {n} components of the pixels, {share:.0%} of their variance, "
            f"fitted on {len(x)} real images"
        )

    def of_batch(self, x: Array) -> Array:
        """Return the features (B, n) of a batch (B, H, W, C) of floats in [0, 1]."""
        flat = x.reshape(len(x), -1)
        if flat.shape[1] != len(self.mean):
            raise AvanpError(f"fitted on {len(self.mean)} values an image, not {flat.shape[1]}")
        return (flat - self.mean) @ self.components


class TapFeatures(Features):
    """The output of one layer of a net, such as a classifier's last hidden layer.

    Parameters
    ----------
    net : Sequential
        Takes images (B, H, W, C); run in evaluation mode.
    tap : int
        The layer, counted as in a list: -2 is the one before the last. Maps (B, h, w, c) are
        averaged over their places.
    about : str
        What the net is.
    """

    def __init__(self, net: Sequential, tap: int = -2, about: str = "a layer of a net") -> None:
        layers = list(net)
        if not -len(layers) <= tap < len(layers):
            raise AvanpError(f"no layer {tap} in a net of {len(layers)}")
        self.tap = tap % len(layers)
        self.layers, self.about = layers[: self.tap + 1], about
        self.dtype = next((p.dtype for p in net.params.values()), np.dtype(np.float32))

    def of_batch(self, x: Array) -> Array:
        """Return the features (B, D) of a batch (B, H, W, C) of floats in [0, 1]."""
        return tap_means(self.layers, x.astype(self.dtype, copy=False), {self.tap})


def tap_means(layers: list[Layer], x: Array, taps: set[int]) -> Array:
    """Return the outputs of the tapped layers side by side, maps averaged over their places."""
    found = []
    for i, layer in enumerate(layers):
        x, _ = layer.forward(x)
        if i in taps:
            found.append(x.mean(axis=(1, 2)) if x.ndim == 4 else x)
    return np.concatenate(found, axis=1)
