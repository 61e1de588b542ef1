"""The confusion matrix of a classifier, and the scores that it holds."""

from dataclasses import dataclass

import numpy as np

from avanp.errors import AvanpError

Array = np.ndarray
MEANS = ("precision", "recall", "f1")


@dataclass(frozen=True)
class ClassScores:
    """Precision, recall and F1 of every class, (K,) each; `support` is the true number.

    `seen` tells which classes occur, as labels or as predictions.
    """

    precision: Array
    recall: Array
    f1: Array
    support: Array
    seen: Array
    accuracy: float

    def macro(self) -> dict[str, float]:
        """Return the plain means over the classes that occur, as scikit-learn has them."""
        return {name: float(getattr(self, name)[self.seen].mean()) for name in MEANS}

    def weighted(self) -> dict[str, float]:
        """Return the means over classes, each weighted by its support."""
        share = self.support / self.support.sum()
        return {name: float(share @ getattr(self, name)) for name in MEANS}


def confusion_matrix(labels: Array, predicted: Array, n_classes: int) -> Array:
    """Return the counts (K, K): row the true class, column the predicted one.

    Parameters
    ----------
    labels, predicted : array (N,) of int
        Classes 0 to n_classes - 1.
    """
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    if labels.ndim != 1 or labels.shape != predicted.shape or not labels.size:
        raise AvanpError(f"labels {labels.shape} and predicted {predicted.shape} must be (N,)")
    for name, array in [("labels", labels), ("predicted", predicted)]:
        if array.dtype.kind not in "iu" or array.min() < 0 or array.max() >= n_classes:
            raise AvanpError(f"{name} must be whole numbers from 0 to {n_classes - 1}")
    flat = np.ravel_multi_index((labels, predicted), (n_classes, n_classes))
    return np.bincount(flat, minlength=n_classes**2).reshape(n_classes, n_classes)


def class_scores(matrix: Array) -> ClassScores:
    """Return the scores in a confusion matrix (K, K); a division by zero gives 0."""
    hits, support = np.diag(matrix).astype(np.float64), matrix.sum(axis=1)
    predicted = matrix.sum(axis=0)
    return ClassScores(
        precision=_share(hits, predicted),
        recall=_share(hits, support),
        f1=_share(2 * hits, predicted + support),
        support=support,
        seen=predicted + support > 0,
        accuracy=float(_share(hits.sum(), matrix.sum())),
    )


def _share(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part, np.float64), where=whole != 0)
