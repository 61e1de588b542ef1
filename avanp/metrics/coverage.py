"""How many classes generated images reach, by a classifier that knows them."""

import math

import numpy as np

from avanp.errors import AvanpError

Array = np.ndarray


def class_coverage(predicted: Array, n_classes: int) -> tuple[float, float]:
    """Return the share of classes that occur, and the evenness of their numbers.

    Both are 1 where every class is equally common. Evenness is the entropy of the classes over
    its greatest, log K, and 0 where only one occurs.

    Parameters
    ----------
    predicted : array (N,) of int
        The class of every generated image, 0 to n_classes - 1.
    n_classes : int
        At least 2.
    """
    predicted = np.asarray(predicted)
    if predicted.ndim != 1 or not predicted.size or predicted.dtype.kind not in "iu":
        raise AvanpError(f"classes must be whole numbers (N,), not {predicted.shape}")
    if n_classes < 2 or predicted.min() < 0 or predicted.max() >= n_classes:
        raise AvanpError(f"classes must be from 0 to {n_classes - 1}, and two at least")
    share = np.bincount(predicted, minlength=n_classes) / len(predicted)
    there = share[share > 0]
    entropy = float(-(there * np.log(there)).sum())
    return len(there) / n_classes, max(0.0, entropy) / math.log(n_classes)
