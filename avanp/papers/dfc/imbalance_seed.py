"""The rows of one seed of the study of a rare class."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np

from avanp.errors import AvanpError
from avanp.papers.dfc import remedies
from avanp.papers.dfc.division import Division, divide, refuse_seen, seen
from avanp.papers.dfc.head import Decisions, Head, scores
from avanp.papers.dfc.imbalance_notes import sizes
from avanp.papers.dfc.remedies import NOTHING, PRIOR, WEIGHTS, Material
from avanp.papers.dfc.study import OF_REST, Study
from avanp.rng import stream
from avanp.runs.folder import Row
from avanp.training import archive

Array = np.ndarray


def features_of(study: Study, folder: Path) -> Array:
    """Return the features (N, D) of all images, kept in the folder: a study computes them once."""
    path, of = folder / "features.npz", {"pixels": study.images.sha256, "space": study.features}
    with suppress(AvanpError):  # not there, or damaged: made again
        document, arrays = archive.read(path)
        if document.get("of") == of:
            return arrays["features"].astype(np.float64)
    features = study.space(study.images.images)
    archive.write(path, {"of": of}, {"features": features})
    return features.astype(np.float64)


def of_seed(
    study: Study,
    features: Array,
    groups: Array,
    seed: int,
    wanted: Sequence[tuple[str, int]],
    keep: Path | None = None,
) -> Iterator[Row]:
    """Yield the rows of one seed, by the clean protocol.

    Parameters
    ----------
    study : Study
    features : array (N, D)
        Of all images.
    groups : array (N,) of int
    seed : int
        Of the division, and of all that is drawn.
    wanted : sequence of (method, n)
    keep : Path, optional
        A folder that gets some of the images that are added, ``images/METHOD.png``.
    """
    images, labels = study.images, np.asarray(study.images.labels)
    rare = images.classes.index(study.minority)
    division = divide(labels, groups, rare, study.keep, stream(seed, "parts"))
    given = Material(
        images, features, study.space, division, rare, seed, max(study.n_syn), study.steps
    )
    if len(given.rare) < 2:
        raise AvanpError(f"{study.minority!r} has one image to train on: give or --keep more")
    trained = np.concatenate([division.train, given.sources])
    about = {"seen": seen(trained, division.held, groups)}
    about |= sizes(labels, division.train, judged_on(labels, division, rare), rare)
    x, y = features[division.train], labels[division.train]
    none = np.empty((0, x.shape[1]))
    head_of = partial(Head, kind=study.head, seed=seed)
    plain = head_of(x, none, y, rare)
    made: dict[str, Array] = {}
    for method, n in wanted:
        # What n more images of the class would do to its odds.
        odds = 1 + n / len(given.rare)
        head = plain
        if method == WEIGHTS:
            head = head_of(x, none, y, rare, odds)
        elif method not in (NOTHING, PRIOR):
            if method not in made:
                refuse_seen(method, given.sources, division, groups)
                made[method] = remedies.added(method, given, keep)
            head = head_of(x, made[method][:n], y, rare)
        found = head.decide(features, odds if method == PRIOR else 1)
        yield {"seed": seed, "method": method, "n": n, **about, **scored(study, found, division)}


def judged_on(labels: Array, division: Division, rare: int) -> Array:
    """Return the images that verdicts are about: the larger test's, where there is one."""
    test, rest = division.test, division.rest
    return np.concatenate([test[labels[test] != rare], rest]) if len(rest) else test


def scored(study: Study, found: Decisions, division: Division) -> dict[str, float | None]:
    """Return the scores of the test part, and with the larger test of the minority in its place.

    That has the test part's images of all other classes beside it.
    """
    labels, classes = np.asarray(study.images.labels), study.images.classes
    rare = classes.index(study.minority)

    def on(rows: Array) -> dict[str, float]:
        part = Decisions(found.classes[rows], found.rare[rows])
        return scores(part, labels[rows], rare, len(classes))

    values: dict[str, float | None] = dict(on(division.test))
    larger: dict[str, float] = {}
    if len(division.rest):
        larger = on(judged_on(labels, division, rare))
    return values | {f"rest_{name}": larger.get(name) for name in OF_REST}
