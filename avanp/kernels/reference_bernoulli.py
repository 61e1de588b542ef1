"""The readable form of the cross-entropy of Bernoulli variables."""

import numpy as np

Array = np.ndarray


def bernoulli_logits(logits: Array, target: Array, scale: float) -> tuple[float, Array]:
    """Return the sum of -t log p - (1 - t) log(1 - p), p = sigmoid(logits), and ``scale (p - t)``.

    The sum is made in float64; the array has the dtype of the logits.
    """
    # softplus(u) - t u; of exp(u) and exp(-u) only the one that cannot overflow is evaluated.
    small = np.exp(-np.abs(logits))
    terms = np.maximum(logits, 0.0) - target * logits + np.log1p(small)
    dlogits = np.where(logits >= 0.0, 1.0, small) / (1.0 + small)
    dlogits -= target
    dlogits *= scale
    return float(np.sum(terms, dtype=np.float64)), dlogits.astype(logits.dtype, copy=False)
