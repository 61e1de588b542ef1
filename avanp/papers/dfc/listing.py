"""The images of a folder as the paper's program lists them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.papers.dfc.leak import Image
from avanp.rng import stream

Array = np.ndarray


class Listing(NamedTuple):
    """Images of a set as the program's folder has them, for one seed.

    Parameters
    ----------
    rows : dict of str to array of int
        The images of each class, classes by name.
    minority : str
    every : array of int
        All images of the minority, also those not in the folder.
    sources : array of int
        What synthetic images are made of, one after the other: those of the minority that are not
        in the folder, or all where none is left.
    """

    rows: dict[str, Array]
    minority: str
    every: Array
    sources: Array

    @property
    def counts(self) -> dict[str, int]:
        """How many images of each class are in the folder."""
        return {name: len(rows) for name, rows in self.rows.items()}

    def of(self, images: Sequence[Image]) -> tuple[Array, Array]:
        """Return of listed images the indices of real ones, and the numbers of synthetic ones."""
        real = [self.rows[name][i] for name, i in images if name != "synthetic"]
        made = [i for name, i in images if name == "synthetic"]
        return np.array(real, int), np.array(made, int)


def listing(images: ImageSet, minority: str, keep: int | None, seed: int) -> Listing:
    """Return the images of a folder with `keep` of the minority, drawn one by one, as it did.

    Parameters
    ----------
    images : ImageSet
        With labels.
    minority : str
        A class of its.
    keep : int or None
        How many of its images stay; None: all.
    seed : int
        Of the draw.
    """
    labels = np.asarray(images.labels)
    rows = {
        name: np.flatnonzero(labels == images.classes.index(name))
        for name in sorted(images.classes)
    }
    every = rows[minority]
    if keep is not None and keep >= len(every):
        raise AvanpError(f"--keep {keep}: the class has {len(every)} images; keep fewer")
    order = stream(seed, "parts").permutation(every)
    used, left = order[:keep], order[len(every) if keep is None else keep :]
    return Listing({**rows, minority: np.sort(used)}, minority, every, left if len(left) else order)
