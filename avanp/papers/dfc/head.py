"""A classifier of features, linear or with a hidden layer, and how well it finds one class."""

import warnings
from typing import Any, NamedTuple

import numpy as np

from avanp.errors import AvanpError, extra
from avanp.metrics.confusion import class_scores, confusion_matrix

Array = np.ndarray
C = 0.1  # scikit-learn's: one over the weight of the squared weights
MOST = 2000  # iterations
LINEAR, MLP = "linear", "mlp"
# Of the mlp: so weakly held back that it knows its training images by heart, as the paper's nets.
HIDDEN, ALPHA, EPOCHS = (100,), 1e-4, 25


class Decisions(NamedTuple):
    """Of images: the class that each is taken for, and how likely the rare one is, (N,) each."""

    classes: Array
    rare: Array


class Head:
    """A model of scikit-learn on features of mean 0 and deviation 1.

    Parameters
    ----------
    x : array (N, D)
        Of real training images: what is scaled by.
    more : array (n, D)
        Of those added, all of the class `minority`.
    y : array (N,) of int
    minority : int
    weight : float
        Of an image of that class; others have 1.
    kind : {"linear", "mlp"}
        Logistic regression, or a dense net of one hidden layer.
    seed : int
        Of the net.
    """

    def __init__(
        self,
        x: Array,
        more: Array,
        y: Array,
        minority: int,
        weight: float = 1,
        *,
        kind: str = LINEAR,
        seed: int = 0,
    ) -> None:
        try:
            from sklearn.exceptions import ConvergenceWarning
            from sklearn.linear_model import LogisticRegression
            from sklearn.neural_network import MLPClassifier
        except ImportError:
            raise AvanpError(f"this needs scikit-learn: {extra('imbalance')}") from None
        self.minority, self.mean, deviation = minority, x.mean(axis=0), x.std(axis=0)
        self.deviation = np.where(deviation > 0, deviation, 1)
        labels = np.concatenate([y, np.full(len(more), minority)])
        if minority not in labels or (labels == minority).all():
            raise AvanpError(
                "the rare class, or all else, has no image that is trained on: give or --keep more"
            )
        self.model: Any = LogisticRegression(C=C, max_iter=MOST)
        if kind == MLP:
            self.model = MLPClassifier(HIDDEN, alpha=ALPHA, max_iter=EPOCHS, random_state=seed)
        weights = np.where(labels == minority, weight, 1.0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a net is stopped early
            self.model.fit(self._scaled(np.concatenate([x, more])), labels, weights)

    def decide(self, x: Array, odds: float = 1) -> Decisions:
        """Decide for the most likely class, after the rare one's odds are multiplied by `odds`."""
        likely = self.model.predict_proba(self._scaled(x))
        column = int(np.flatnonzero(self.model.classes_ == self.minority)[0])
        rare = likely[:, column].copy()
        likely[:, column] *= odds
        return Decisions(self.model.classes_[likely.argmax(axis=1)], rare)

    def _scaled(self, x: Array) -> Array:
        return (x - self.mean) / self.deviation


def scores(found: Decisions, labels: Array, minority: int, classes: int) -> dict[str, float]:
    """Return F1, AUC and average precision of the rare class, and F1 of all, macro and weighted.

    Parameters
    ----------
    found : Decisions
    labels : array (N,) of int
    minority, classes : int
        The rare class, and how many there are.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    by_class = class_scores(confusion_matrix(labels, found.classes, classes))
    is_rare = labels == minority
    return {
        "f1": float(by_class.f1[minority]),
        "auc": float(roc_auc_score(is_rare, found.rare)),
        "ap": float(average_precision_score(is_rare, found.rare)),
        "macro_f1": by_class.macro()["f1"],
        "weighted_f1": by_class.weighted()["f1"],
    }
