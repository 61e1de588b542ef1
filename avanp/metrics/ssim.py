"""Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004)."""

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.metrics.arrays import Array, image_pairs

WINDOW, SIGMA = 11, 1.5
C1, C2 = 0.01**2, 0.03**2


def ssim(images: Array | ImageSet, references: Array | ImageSet) -> float:
    """Return the mean SSIM over images, channels and windows: 1 for equal images.

    Gaussian windows of 11×11 pixels and standard deviation 1.5 that lie wholly inside the image,
    K1 = 0.01, K2 = 0.03, L = 1. Channels are taken one by one and averaged.

    Parameters
    ----------
    images, references : array (N, H, W, C)
        In [0, 1], at least 11 pixels a side; uint8 arrays are divided by 255.
    """
    parts = [_ssim(x, y) for x, y in image_pairs(images, references)]
    return float(np.concatenate(parts).mean())


def _ssim(x: Array, y: Array) -> Array:
    """Return one value an image."""
    if min(x.shape[1:3]) < WINDOW:
        raise AvanpError(
            f"SSIM looks at windows of {WINDOW}×{WINDOW} pixels: images of "
            f"{x.shape[2]}×{x.shape[1]} are too small"
        )
    mx, my = _blur(x), _blur(y)
    vx, vy, cov = _blur(x * x) - mx * mx, _blur(y * y) - my * my, _blur(x * y) - mx * my
    s = (2 * mx * my + C1) * (2 * cov + C2)
    s /= (mx * mx + my * my + C1) * (vx + vy + C2)
    return s.mean(axis=(1, 2, 3))


def _blur(x: Array) -> Array:
    """Return the Gaussian mean of every window: (B, H, W, C) to (B, H-10, W-10, C)."""
    offsets = np.arange(WINDOW) - WINDOW // 2
    w = np.exp(-(offsets**2) / (2 * SIGMA**2))
    w /= w.sum()
    height, width = x.shape[1] - WINDOW + 1, x.shape[2] - WINDOW + 1
    rows = sum(w[i] * x[:, i : i + height] for i in range(WINDOW))
    return sum(w[i] * rows[:, :, i : i + width] for i in range(WINDOW))
