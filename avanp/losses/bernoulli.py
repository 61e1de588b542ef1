"""Cross-entropy of Bernoulli variables given by their logits."""

import numpy as np

from avanp.kernels import kernel
from avanp.losses.batch import batch_size


def bernoulli_logits(
    logits: np.ndarray, target: np.ndarray, *, batch_axis: int = 0
) -> tuple[float, np.ndarray]:
    """Return ``(value, dlogits)`` of -t log p - (1 - t) log(1 - p), with p = sigmoid(logits).

    Summed over the features (every axis but the batch), mean over the batch. A negative
    log-likelihood: to be descended.

    Parameters
    ----------
    logits, target : ndarray
        Of one shape, targets in [0, 1]; dlogits has the dtype of the logits.
    batch_axis : int
        -2 for arrays (C, B, n), whose colours are features.
    """
    batch = batch_size(logits, batch_axis, target)
    total, dlogits = kernel("bernoulli_logits")(logits, target, 1.0 / batch)
    return total / batch, dlogits
