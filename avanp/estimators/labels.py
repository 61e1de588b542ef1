"""Labels as a classifier takes them: any classes, and -1 where there is none."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError

Array = np.ndarray


def as_classes(y: Any, n: int, unlabelled: int, least: int = 2) -> tuple[Array, Array]:
    """Return the classes, sorted, and each label as the number of its class.

    Parameters
    ----------
    y : array-like (n,)
        Whole numbers, strings or booleans; a column (n, 1) is taken, with a warning. The whole
        number `unlabelled` is an image without a label, as in scikit-learn.
    n : int
        How many images there are.
    unlabelled : int
    least : int
        How many classes there must be.

    Raises
    ------
    AvanpError
        For labels that are none, not as many as images, or of fewer classes.
    """
    if y is None:
        raise AvanpError("a classifier requires y to be passed, but the target y is None")
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] == 1:
        _warn_of_column()
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise AvanpError(f"y must be 1d, (n,), not of shape {labels.shape}")
    if len(labels) != n:
        raise AvanpError(f"{n} images need as many labels, not {len(labels)}: inconsistent samples")
    if np.issubdtype(labels.dtype, np.floating):
        if not np.isfinite(labels).all():
            raise AvanpError("Input y contains NaN or infinity: labels must be finite")
        if np.any(labels != np.floor(labels)):
            raise AvanpError("Unknown label type: continuous. y must be classes, not numbers")
    if np.iscomplexobj(labels):
        raise AvanpError("Unknown label type: complex. y must be classes")
    none = labels == unlabelled if np.issubdtype(labels.dtype, np.number) else np.zeros(n, bool)
    try:
        classes, found = np.unique(labels[~none], return_inverse=True)
    except TypeError:
        raise AvanpError("y must be all numbers or all strings: they cannot be sorted") from None
    if len(classes) < least:
        raise AvanpError(f"y has {len(classes)} class, and a classifier needs two or more")
    numbers = np.full(n, unlabelled)
    numbers[~none] = found
    return classes, numbers


def _warn_of_column() -> None:
    """Warn as scikit-learn does, by its class where it is loaded."""
    import sys
    import warnings

    exceptions = sys.modules.get("sklearn.exceptions")
    kind = UserWarning if exceptions is None else exceptions.DataConversionWarning
    warnings.warn("A column-vector y was passed when a 1d array was expected", kind, stacklevel=4)
