"""Some of many images."""

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.rng import stream


def spread(images: ImageSet, n: int) -> ImageSet:
    """Return at most n images, evenly spaced over the set: of many classes, where it is sorted."""
    if n < 1:
        raise AvanpError(f"-n must be at least 1, not {n}")
    n = min(n, len(images))
    return images.select(np.arange(n) * len(images) // n)


def limited(images: ImageSet, limit: int | None) -> ImageSet:
    """Return `limit` of the images taken at random, always the same; all of them for None."""
    if limit is not None and limit < 1:
        raise AvanpError(f"--limit must be at least 1, not {limit}")
    if limit is None or limit >= len(images):
        return images
    return images.select(np.sort(stream(0, "data").choice(len(images), limit, replace=False)))
