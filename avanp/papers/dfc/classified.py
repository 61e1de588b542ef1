"""A classifier with synthetic images of the minority, by either protocol (Figs. 14, 15)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.data.vgg16 import find_vgg16
from avanp.experiments.result import Cell
from avanp.metrics.confusion import class_scores, confusion_matrix
from avanp.metrics.random_conv import RandomConv
from avanp.metrics.vgg16 import VGG16
from avanp.papers.dfc.cases import CLEAN, N_SYN, RELEASED, THROWN, counted, features_here
from avanp.papers.dfc.division import Division, divide, seen
from avanp.papers.dfc.generator import generated
from avanp.papers.dfc.head import Head
from avanp.papers.dfc.leak import divided, listed, tested
from avanp.papers.dfc.listing import listing
from avanp.rng import stream

Array = np.ndarray
NAME = "DFC-VAE"
# The paper's last form: codes of 128, all weights alike.
OPTIONS: dict[str, Any] = {"latent": 128}


def classified(
    cell: Cell, images: ImageSet, features: Array, synthetic: Array | None
) -> dict[str, Any]:
    """Return the scores of a classifier and its confusion matrix, row by row.

    Parameters
    ----------
    cell : mapping
    images : ImageSet
    features : array (N, D)
        Of all images.
    synthetic : array (n, D), optional
        Of the synthetic images.
    """
    (protocol, n), labels = counted(cell["case"]), np.asarray(images.labels)
    rare, none = rare_class(cell), np.empty((0, features.shape[1]))
    more = none if synthetic is None else synthetic[:n]
    if protocol == CLEAN:
        parts = clean(cell, images)
        train, test = parts.train, parts.test
        assert images.groups is not None
        known = seen(train, test, images.groups)
    else:
        folder = listing(images, images.classes[rare], kept(cell, images), cell["seed"])
        given: dict[str, Any] = {"seed": cell["seed"], "minority": images.classes[rare]}
        held = divided(listed(folder.counts, 0, **given))[1]
        train, numbers = folder.of(divided(listed(folder.counts, n, **given))[0])
        test, _ = folder.of(tested(held))
        more = none if protocol == THROWN or synthetic is None else synthetic[numbers]
        known = float(np.isin(test, train).mean())
    head = Head(features[train], more, labels[train], rare)
    decided = head.decide(features[test]).classes
    matrix = confusion_matrix(labels[test], decided, len(images.classes))
    found = class_scores(matrix)
    return {
        "score": float(found.f1[rare]),
        "precision": float(found.precision[rare]),
        "recall": float(found.recall[rare]),
        "macro_f1": found.macro()["f1"],
        "weighted_f1": found.weighted()["f1"],
        "seen": known,
        "confusion": matrix.ravel().tolist(),
    }


def clean(cell: Cell, images: ImageSet) -> Division:
    """Return the parts of a seed: stratified, whole groups."""
    assert images.labels is not None
    assert images.groups is not None
    rng = stream(cell["seed"], "parts")
    return divide(images.labels, images.groups, rare_class(cell), kept(cell, images), rng)


def kept(cell: Cell, images: ImageSet) -> int:
    """Return how many images of the minority are used: at most a quarter."""
    return min(int(cell["keep"]), int(np.sum(images.labels == rare_class(cell))) // 4)


def rare_class(cell: Cell) -> int:
    """Return the label of the minority, which a setting has as a number from 1."""
    return int(cell["minority"]) - 1


def rare_of(division: Division, images: ImageSet, rare: int) -> Array:
    """Return the indices of the minority's training images."""
    assert images.labels is not None
    return division.train[images.labels[division.train] == rare]


def features_of(images: Array) -> Array:
    """Return features (N, D) of images: VGG16's means, or a random net's where it is not here."""
    space = VGG16(find_vgg16()) if features_here() == "vgg16" else RandomConv(images.shape[3])
    return space(images)


def synthetic(of: Mapping[str, Any], images: ImageSet) -> Array:
    """Return the features of synthetic images, as many as the largest case has.

    By the clean protocol they are made of the minority's training images alone; as released, of all
    of the minority by a generator that sees all of it.
    """
    seed, n = of["seed"], max(N_SYN)
    if of["protocol"] == RELEASED:
        folder = listing(images, images.classes[rare_class(of)], kept(of, images), seed)
        seen_by, sources = folder.every, np.resize(folder.sources, n)
    else:
        seen_by = rare_of(clean(of, images), images, rare_class(of))
        sources = np.resize(stream(seed, "sample").permutation(seen_by), n)
    options = {**OPTIONS, "features": features_here()}
    made = generated(NAME, images, seen_by, seen_by, sources, seed, of["steps"], options)
    return features_of(made)
