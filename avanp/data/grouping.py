"""Which images belong together, and parts that never divide them."""

import hashlib

import numpy as np

from avanp.errors import AvanpError


class TooFew(AvanpError):
    """Images that cannot be divided."""


def identical(images: np.ndarray) -> np.ndarray:
    """Return for each image the index of the first that is equal to it, pixel by pixel.

    The numbers do not depend on the pixels, so that a set is divided alike at every size.
    """
    flat = np.ascontiguousarray(images).reshape(len(images), -1)
    digests = [hashlib.blake2b(image.data, digest_size=16).digest() for image in flat]
    _, first, inverse = np.unique(digests, return_index=True, return_inverse=True)
    return first[inverse.reshape(-1)]


def hold_out(
    images: np.ndarray, groups: np.ndarray | None, share: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Divide images at random into two parts of whole groups.

    Parameters
    ----------
    images : (N, H, W, C) uint8
    groups : (N,) whole numbers or None
        None: pixel-identical images are a group.
    share : float
        What part of the images the second gets, above 0 and below 1: as near as groups allow.
    rng : Generator
        Draws the order of the groups.

    Returns
    -------
    (n,), (m,) int64
        Indices in ascending order, at least one in each part.
    """
    if not 0 < share < 1:
        raise AvanpError(f"the share held out must be above 0 and below 1, not {share:g}")
    group = np.unique(identical(images) if groups is None else groups, return_inverse=True)[1]
    sizes = np.bincount(group.reshape(-1))
    if len(sizes) < 2:
        several = f"{len(group)} equal or related images"
        what = "one image" if len(group) == 1 else several
        unlike = "that differ" if groups is None else "of different groups"
        raise TooFew(f"{what} cannot be divided into two parts: give at least two {unlike}")
    order = rng.permutation(len(sizes))
    # After how many groups the total is nearest to what is asked for.
    totals = np.cumsum(sizes[order])[:-1]
    taken = order[: int(np.argmin(np.abs(totals - share * len(group)))) + 1]
    held = np.isin(group, taken)
    return np.flatnonzero(~held), np.flatnonzero(held)
