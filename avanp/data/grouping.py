"""Which images belong together, and parts that never divide them."""

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from avanp.errors import AvanpError

if TYPE_CHECKING:
    from avanp.data.pixels import Pixels


class TooFew(AvanpError):
    """Images that cannot be divided."""


def identical(images: Iterable[np.ndarray]) -> np.ndarray:
    """Return for each image the index of the first that is equal to it, pixel by pixel.

    The numbers do not depend on the pixels, so that a set is divided alike at every size.
    """
    return first_of([digest(np.ascontiguousarray(image)) for image in images])


def digest(image: np.ndarray) -> bytes:
    """Return what only equal images have in common."""
    return hashlib.blake2b(image.data, digest_size=16).digest()


def first_of(digests: Sequence[Hashable]) -> np.ndarray:
    """Return for each digest the index of the first that is equal to it."""
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(one, i) for i, one in enumerate(digests)], np.int64)


def hold_out(
    pixels: "Pixels",
    groups: np.ndarray | None,
    share: float,
    rng: np.random.Generator,
    labels: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Divide images at random into two parts of whole groups.

    Parameters
    ----------
    pixels : Pixels
    groups : (N,) whole numbers or None
        None: pixel-identical images are a group.
    share : float
        What part of the images the second gets, above 0 and below 1: as near as groups allow.
    rng : Generator
        Draws the order of the groups.
    labels : (N,) whole numbers, optional
        Both parts get their share of each class, of which a group's first image decides. A class
        of one group is left to the first part.

    Returns
    -------
    (n,), (m,) int64
        Indices in ascending order, at least one in each part.
    """
    if not 0 < share < 1:
        raise AvanpError(f"the share held out must be above 0 and below 1, not {share:g}")
    group = np.unique(pixels.equal if groups is None else groups, return_inverse=True)[1]
    group = group.reshape(-1)
    sizes = np.bincount(group)
    if len(sizes) < 2:
        several = f"{len(group)} equal or related images"
        what = "one image" if len(group) == 1 else several
        unlike = "that differ" if groups is None else "of different groups"
        raise TooFew(f"{what} cannot be divided into two parts: give at least two {unlike}")
    held = np.isin(group, _some(group, sizes, share, rng, labels))
    return np.flatnonzero(~held), np.flatnonzero(held)


def some_groups(
    groups: np.ndarray, share: float, rng: np.random.Generator, labels: np.ndarray | None = None
) -> np.ndarray:
    """Return the rows of whole groups that are about a share of all, and of those of each class.

    Parameters
    ----------
    groups : array (N,)
        What each image is of.
    share : float
        Between 0 and 1.
    rng : numpy.random.Generator
        Of the choice.
    labels : array (N,) of int, optional
        The class of each image; without them all are of one.
    """
    group = np.unique(groups, return_inverse=True)[1].reshape(-1)
    return np.flatnonzero(np.isin(group, _some(group, np.bincount(group), share, rng, labels)))


def _some(
    group: np.ndarray,
    sizes: np.ndarray,
    share: float,
    rng: np.random.Generator,
    labels: np.ndarray | None,
) -> np.ndarray:
    """Return numbers of groups, at least one, whose images are about a share of all."""
    alike = np.zeros(len(sizes), np.int64)
    kinds = alike if labels is None else labels[np.unique(group, return_index=True)[1]]
    taken = _taken(sizes, kinds, share, rng)
    # Where every class is one group, none of them is taken.
    return taken if len(taken) else _taken(sizes, alike, share, rng)


def _taken(
    sizes: np.ndarray, kinds: np.ndarray, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Return groups of together about `share` of all images, and of those of each kind."""
    taken: list[np.ndarray] = []
    left = 0.0  # what kinds before have not given
    distinct = np.unique(kinds)
    for kind in distinct:
        order = np.flatnonzero(kinds == kind)
        order = order[rng.permutation(len(order))]
        # After how many groups the total is nearest to what is asked for: not after all.
        totals = np.concatenate([[0], np.cumsum(sizes[order])[:-1]])
        wanted = left + share * sizes[order].sum()
        least = int(len(distinct) == 1)
        count = least + int(np.argmin(np.abs(totals[least:] - wanted)))
        left = wanted - float(totals[count])
        taken.append(order[:count])
    return np.concatenate(taken)


def whole_numbers(what: str, values: Any, count: int) -> np.ndarray | None:
    """Return labels or groups as int64 that nobody writes to; others than `count` are refused."""
    if values is None:
        return None
    values = np.asarray(values)
    if values.shape != (count,) or not np.issubdtype(values.dtype, np.integer):
        raise AvanpError(f"{what} must be {count} whole numbers, not {values.shape} {values.dtype}")
    values = values.astype(np.int64)
    values.flags.writeable = False
    return values
