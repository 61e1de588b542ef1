"""The protocol of the paper's program: the parts are drawn anew once synthetic images are there.

The generator sees all images of the minority, those that are tested on too. Held-out images are
taken from the folder's list as it was before, training images from the list afterwards, so that
many are both (`avanp.papers.dfc.leak`). Beside it stand the same training images with all synthetic
ones thrown away, which shows what the leak alone does, and the parts as they were first, with the
same synthetic images, which shows what these do without it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.papers.dfc.generator import generated
from avanp.papers.dfc.head import Head, scores
from avanp.papers.dfc.imbalance_notes import sizes
from avanp.papers.dfc.leak import Image, divided, listed, tested
from avanp.papers.dfc.remedies import NOTHING, save_strips
from avanp.rng import stream

Array = np.ndarray
THROWN = "thrown away"
FIRST = ", first parts"  # after the name of a generator


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


def cells(methods: Sequence[str], n_syn: Sequence[int]) -> Iterator[tuple[str, int]]:
    """Yield every method with every number of images."""
    yield NOTHING, 0
    for n in n_syn:
        if n:
            yield THROWN, n
    for name in methods:
        for method in (name, name + FIRST):
            for n in n_syn:
                if n:
                    yield method, n


def of_seed(
    study: Any,
    features: Array,
    seed: int,
    wanted: Sequence[tuple[str, int]],
    keep: Path | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the rows of one seed.

    Parameters
    ----------
    study, features, seed, wanted, keep
        As of `avanp.papers.dfc.imbalance_seed.of_seed`.
    """
    images, labels = study.images, np.asarray(study.images.labels)
    rare, number = images.classes.index(study.minority), len(images.classes)
    folder = listing(images, study.minority, study.keep, seed)
    first, held = divided(listed(folder.counts, 0, seed, minority=study.minority))
    test, _ = folder.of(tested(held))
    if not {rare} < set(labels[test]):
        raise AvanpError(f"of {study.minority!r} none, or nothing else, is tested on: give more")
    made: dict[str, Array] = {}
    for method, n in wanted:
        name = method.removesuffix(FIRST)
        again = listed(folder.counts, n, seed, minority=study.minority)
        real, numbers = folder.of(divided(again)[0])
        if name != method:
            real, numbers = folder.of(first)[0], np.arange(n)
        more = np.empty((0, features.shape[1]))
        if name not in (NOTHING, THROWN):
            if name not in made:
                made[name] = study.space(_made(name, study, folder, seed, keep))
            more = made[name][numbers]
        head = Head(features[real], more, labels[real], rare, kind=study.head, seed=seed)
        known = np.isin(test, real)
        yield {
            "seed": seed,
            "method": method,
            "n": n,
            "seen": float(known.mean()),
            "seen_rare": float(known[labels[test] == rare].mean()),
            **sizes(labels, real, test, rare),
            **scores(head.decide(features[test]), labels[test], rare, number),
            **dict.fromkeys(("rest_f1", "rest_auc", "rest_ap")),
        }


def _made(name: str, study: Any, folder: Listing, seed: int, keep: Path | None) -> Array:
    """Return the most synthetic images that are asked for, of all that the minority has."""
    n, every = max(study.n_syn), np.arange(len(study.images))
    sources = np.resize(folder.sources, n)
    made = generated(name, study.images, folder.every, every, sources, seed, study.steps)
    if keep is not None:
        save_strips(keep, study.images.images[sources], name, made)
    return made
