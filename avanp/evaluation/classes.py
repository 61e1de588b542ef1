"""What classes say of a model: its own, and those that a judge finds in its images."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.evaluation.score import Score
from avanp.metrics.arrays import Array
from avanp.metrics.confusion import ClassScores, class_scores, confusion_matrix
from avanp.metrics.coverage import class_coverage
from avanp.metrics.silhouette import silhouette

OF_CODES = 2000  # images whose codes a silhouette compares with each other


def evaluate_classifier(system: Any, test: ImageSet) -> dict[str, Any]:
    """Return the scores of a classifier on labelled test images, as `evaluate` does.

    Besides "scores": "classes", the precision, recall, F1 and support of each class by name, then
    of "macro" and "weighted", their means; and "confusion", the counts, row the true class. Of
    one that encodes too, how well its codes keep the classes apart: on the first 2000 images.
    """
    classes = system.config.classes
    if test.labels is None or len(test.classes) != classes:
        raise AvanpError(f"{test.name} is not labelled with the classifier's {classes} classes")
    likely = system.probabilities(test.pixels)
    matrix = confusion_matrix(test.labels, likely.argmax(axis=1), classes)
    found = class_scores(matrix)
    of_truth = likely[np.arange(len(test)), test.labels].astype(np.float64)
    least = float(np.finfo(likely.dtype).eps)  # where scikit-learn's log_loss stops
    nats = -np.log(np.clip(of_truth, least, 1 - least)).mean()
    scores = [
        Score("accuracy", "accuracy", "share", "higher", found.accuracy),
        Score("macro_f1", "F1, mean over classes", "", "higher", found.macro()["f1"]),
        Score("cross_entropy", "cross-entropy", "nats/image", "lower", float(nats)),
    ]
    some = test.labels[:OF_CODES]
    if "encode" in system.can and len(np.unique(some)) > 1:
        apart = silhouette(system.encode(test.images[:OF_CODES])[0], some)
        scores.append(Score("silhouette", "silhouette of codes", "", "higher", apart))
    by_class = _by_class(found, test.classes)
    about = {"test": len(test), "classes": by_class, "confusion": matrix.tolist()}
    return {"scores": scores, **about}


def _by_class(found: ClassScores, names: Sequence[str]) -> dict[str, dict[str, float]]:
    rows = {
        name: {key: float(getattr(found, key)[i]) for key in ("precision", "recall", "f1")}
        | {"support": int(found.support[i])}
        for i, name in enumerate(names)
    }
    total = {"support": int(found.support.sum())}
    return {**rows, "macro": found.macro() | total, "weighted": found.weighted() | total}


def check_classes(classifier: Any, test: ImageSet) -> None:
    """Raise an `AvanpError` where a classifier does not know the classes of test images."""
    if test.labels is None:
        raise AvanpError(f"{test.name} has no labels: leave --classifier out")
    theirs, ours = classifier.config.classes, len(test.classes)
    if theirs != ours:
        raise AvanpError(f"the classifier knows {theirs} classes, and {test.name} has {ours}")


def consistency(classifier: Any, again: Array, chosen: ImageSet) -> Score:
    """Return how often a judge finds an image's class in its reconstruction."""
    hits = [float(np.mean(classifier.predict(x) == chosen.labels)) for x in (again, chosen.images)]
    return Score("accuracy", "reconstructions: accuracy", "share", "as real", *hits)


def coverage(classifier: Any, generated: Array, chosen: ImageSet) -> Iterator[Score]:
    """Yield how many classes a judge finds in generated images, and how evenly; real: in `chosen`.

    Of "entropy of classes" the unit is the greatest there is, log K of K classes.
    """
    classes = classifier.config.classes
    ours, real = (
        class_coverage(classifier.predict(x), classes) for x in (generated, chosen.images)
    )
    counts = (classes * ours[0], classes * real[0])
    yield Score("classes", "generated: classes reached", f"of {classes}", "higher", *counts)
    name = "generated: entropy of classes"
    yield Score("evenness", name, f"of log {classes}", "as real", ours[1], real[1])


def of_classes(
    system: Any, judge: Any, chosen: ImageSet, rng: np.random.Generator
) -> Iterator[Score]:
    """Yield how often a judge finds the class that an image was generated of.

    Parameters
    ----------
    system : System
        That generates by class; classes that its training never saw are left out.
    judge : System
        A classifier.
    chosen : ImageSet
        Its labels are those to generate; the images are judged for comparison.
    rng : numpy.random.Generator
        Of the codes.
    """
    assert chosen.labels is not None
    there = np.isin(chosen.labels, system.classes_seen)
    labels = chosen.labels[there]
    if not len(labels):
        return
    made = system.textured(system.decode(system.noise_of(labels, rng)), rng)
    hits = [float(np.mean(judge.predict(x) == labels)) for x in (made, chosen.images[there])]
    yield Score("class_accuracy", "generated by class: accuracy", "share", "as real", *hits)
