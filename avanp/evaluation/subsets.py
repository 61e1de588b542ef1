"""Some of many images, and of their labels."""

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


def some_labels(labels: np.ndarray, n: int, seed: int, forgotten: int) -> np.ndarray:
    """Return the labels but for n of them, taken at random and of all classes alike, forgotten.

    Parameters
    ----------
    labels : ndarray (N,)
        Whole numbers.
    n : int
        How many are kept; where a class has too few, of others more.
    seed : int
    forgotten : int
        What stands for no label.

    Raises
    ------
    AvanpError
        Where there are not as many.
    """
    if not 1 <= n <= len(labels):
        raise AvanpError(f"--labels must be from 1 to {len(labels)}, not {n}")
    order = stream(seed, "parts").permutation(len(labels))
    turn = np.empty(len(labels), int)
    for one in np.unique(labels):
        mine = order[labels[order] == one]
        turn[mine] = np.arange(len(mine))
    kept = order[np.argsort(turn[order], kind="stable")[:n]]
    some = np.full_like(labels, forgotten)
    some[kept] = labels[kept]
    return some
