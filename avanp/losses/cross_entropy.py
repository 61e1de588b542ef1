"""Cross-entropy of a class given by its logits."""

import numpy as np

from avanp.errors import AvanpError
from avanp.losses.batch import batch_size, check_numbers


def softmax_cross_entropy(
    logits: np.ndarray, labels: np.ndarray, *, class_weights: np.ndarray | None = None
) -> tuple[float, np.ndarray]:
    """Return ``(value, dlogits)`` of -Σ_k w_k t_k log p_k, with p = softmax(logits).

    Mean over the batch: the sum is divided by B, not by the sum of the samples' weights.

    Parameters
    ----------
    logits : ndarray (B, K)
    labels : ndarray
        Whole numbers (B,) from 0 to K - 1, or t (B, K), one-hot or probabilities; a row of
        zeros is a sample without a label and costs nothing. t is constant.
    class_weights : ndarray (K,), optional
        w; ones by default.

    Raises
    ------
    AvanpError
        Where labels or weights do not fit the logits.
    """
    if logits.ndim != 2:
        raise AvanpError(f"cross-entropy needs logits (B, K), not {logits.shape}")
    batch = batch_size(logits, 0)
    labels = np.asarray(labels)
    check_numbers(logits, labels)
    weighted = _targets(labels, logits)
    if class_weights is not None:
        weights = np.asarray(class_weights, logits.dtype)
        if weights.shape != logits.shape[1:]:
            raise AvanpError(f"{logits.shape[1]} classes need as many weights: {weights.shape}")
        weighted = weighted * weights
    # The largest exponent is 0, so nothing overflows and the sum is at least 1.
    shifted = logits - logits.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    total = exps.sum(axis=1, keepdims=True)
    value = -float(np.sum(weighted * (shifted - np.log(total)), dtype=np.float64)) / batch
    dlogits = exps / total * weighted.sum(axis=1, keepdims=True) - weighted
    dlogits /= batch
    return value, dlogits


def _targets(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Return the labels as (B, K) in the dtype of the logits."""
    batch, classes = logits.shape
    if labels.shape == logits.shape:
        return labels.astype(logits.dtype, copy=False)
    if labels.shape != (batch,) or not np.issubdtype(labels.dtype, np.integer):
        raise AvanpError(
            f"labels must be {batch} whole numbers, or of the logits' shape {logits.shape}, "
            f"not {labels.dtype} of shape {labels.shape}"
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise AvanpError(
            f"labels must lie from 0 to {classes - 1}, not from {labels.min()} to {labels.max()}"
        )
    onehot = np.zeros(logits.shape, logits.dtype)
    onehot[np.arange(batch), labels] = 1
    return onehot
