"""Cross-entropy of Bernoulli variables given by their logits."""

import numpy as np

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
    # softplus(u) - t u; of exp(u) and exp(-u) only the one that cannot overflow is evaluated.
    small = np.exp(-np.abs(logits))
    terms = np.maximum(logits, 0.0) - target * logits + np.log1p(small)
    value = float(np.sum(terms, dtype=np.float64)) / batch
    dlogits = np.where(logits >= 0.0, 1.0, small) / (1.0 + small)
    dlogits -= target
    dlogits /= batch
    return value, dlogits
