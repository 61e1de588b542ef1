"""Parts of a labelled set for the study of a rare class: stratified, and never through a group."""

from typing import NamedTuple

import numpy as np

from avanp.errors import AvanpError

Array = np.ndarray
SHARE = 0.15  # of every class, for testing


class Division(NamedTuple):
    """Indices of images, in ascending order.

    Parameters
    ----------
    train, test : array of int
    rest : array of int
        Images of the minority that neither uses: a larger test of that class.
    """

    train: Array
    test: Array
    rest: Array

    @property
    def held(self) -> Array:
        """All that is tested on."""
        return np.concatenate([self.test, self.rest])


def divide(
    labels: Array,
    groups: Array,
    minority: int,
    keep: int | None,
    rng: np.random.Generator,
    share: float = SHARE,
) -> Division:
    """Divide a set at random into parts of whole groups, each class by itself.

    A group belongs to the class of its first image, and goes with it whole.

    Parameters
    ----------
    labels, groups : array (N,) of int
    minority : int
        The class that is rare.
    keep : int or None
        About so many of its images are used for training and test; None: all.
    rng : numpy.random.Generator
    share : float
        What part of a class is tested on, as near as groups allow.

    Raises
    ------
    AvanpError
        Where a class has fewer than two groups, or the minority no more than `keep` images.
    """
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    sizes, owner = np.bincount(group), labels[first]
    places: dict[str, list[int]] = {part: [] for part in Division._fields}
    for label in np.unique(labels):
        own = rng.permutation(np.flatnonzero(owner == label))
        if label == minority and keep is not None:
            if keep >= sizes[own].sum():
                raise AvanpError(
                    f"--keep {keep}: the class has {sizes[own].sum()} images; keep fewer, or leave "
                    "--keep out"
                )
            n = nearest(sizes[own], keep)
            places["rest"] += list(own[n:])
            own = own[:n]
        if len(own) < 2:
            raise AvanpError(
                f"class number {label} has {len(own)} image or group to use: at least two are "
                "needed, one to train on and one to test on"
            )
        n = min(nearest(sizes[own], share * sizes[own].sum()), len(own) - 1)
        places["test"] += list(own[:n])
        places["train"] += list(own[n:])
    return Division(*(np.flatnonzero(np.isin(group, places[part])) for part in Division._fields))


def nearest(sizes: Array, wanted: float) -> int:
    """Return how many of the first groups hold nearest to `wanted` images; at least one."""
    return int(np.argmin(np.abs(np.cumsum(sizes) - wanted))) + 1


def seen(trained: Array, held: Array, groups: Array) -> float:
    """Return the share of held-out images of whose group something is trained on.

    Parameters
    ----------
    trained : array of int
        Indices of images that are trained on, as they are or as sources of synthetic ones.
    held : array of int
        Of those that are tested on.
    groups : array (N,) of int
    """
    return float(np.isin(groups[held], groups[trained]).mean())


def refuse_seen(method: str, sources: Array, division: Division, groups: Array) -> None:
    """Raise an `AvanpError` where sources of synthetic images share a group with the test.

    Parameters
    ----------
    method : str
        What makes images, for the message.
    sources : array of int
        The images that it makes them of.
    division : Division
    groups : array (N,) of int
        What each image is of.
    """
    share = seen(sources, division.held, groups)
    if share:
        raise AvanpError(
            f"{method}: {share:.0%} of the test images share a group with sources of synthetic "
            "images, and what they would show is that leak: make them of training images alone"
        )
