"""The protocol of the paper's program: the parts are drawn anew once synthetic images are there.

The generator sees all images of the minority, those that are tested on too. Held-out images are
taken from the folder's list as it was before, training images from the list afterwards, so that
many are both (`avanp.papers.dfc.leak`). Beside it stand the same training images with all synthetic
ones thrown away, which shows what the leak alone does, and the parts as they were first, with the
same synthetic images, which shows what these do without it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.papers.dfc.generator import generated
from avanp.papers.dfc.head import Head, scores
from avanp.papers.dfc.imbalance_notes import sizes
from avanp.papers.dfc.leak import divided, listed, tested
from avanp.papers.dfc.listing import Array, Listing, listing
from avanp.papers.dfc.remedies import NOTHING, save_strips

THROWN = "thrown away"
FIRST = ", first parts"  # after the name of a generator


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
