"""Images as the paper's nets take them, a group a colour, and back."""

import numpy as np

from avanp.ava.nets import NetConfig

Array = np.ndarray


def to_groups(images: Array, config: NetConfig) -> Array:
    """(N, H, W, C) to (C, N, H W) for independent channels, or to (1, N, H W C) for joint ones."""
    flat = images.reshape(len(images), -1, images.shape[-1])
    if config.channels == "joint":
        return flat.reshape(1, len(images), -1)
    return np.ascontiguousarray(np.moveaxis(flat, -1, 0))


def to_images(x: Array, shape: tuple[int, int, int], config: NetConfig) -> Array:
    """The inverse of `to_groups`: (groups, N, visible) to (N, H, W, C)."""
    if config.channels == "joint":
        return x.reshape(-1, *shape)
    return np.moveaxis(x, 0, -1).reshape(-1, *shape)


def as_channels(x: Array, config: NetConfig) -> Array:
    """(groups, ..., visible) to (channels, ..., pixels), as BM takes them."""
    if config.channels == "independent":
        return x
    return np.moveaxis(x[0].reshape(*x.shape[1:-1], config.n_pixels, config.n_channels), -1, 0)


def to_bytes(images: Array) -> Array:
    """Values in [0, 1] to bytes, for looking at."""
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
