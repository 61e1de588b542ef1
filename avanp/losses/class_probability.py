"""Squared distance of class probabilities."""

import numpy as np

from avanp.layers.softmax import Softmax
from avanp.losses.batch import batch_size
from avanp.losses.reductions import named


def class_probability(
    logits: np.ndarray, target: np.ndarray, *, reduction: str = "sum"
) -> tuple[float, np.ndarray]:
    """Return ``(value, dlogits)`` of ‖p - target‖², with p = softmax(logits).

    Mean over the batch. The latent term of Zemouri (2020), Eq. 11: the target is the constant
    class probabilities of the image that was reconstructed.

    Parameters
    ----------
    logits, target : ndarray (B, K)
        Of one shape; dlogits has the dtype of the logits.
    reduction : {"sum", "mean"}
        Over the classes.
    """
    named("reduction", reduction, ("sum", "mean"))
    count = batch_size(logits, 0, target) * (logits.shape[-1] if reduction == "mean" else 1)
    softmax = Softmax()
    p, cache = softmax.forward(logits)
    error = p - target.astype(p.dtype, copy=False)
    value = float(np.sum(np.square(error), dtype=np.float64)) / count
    error *= 2 / count
    dlogits, _ = softmax.backward(error, cache)
    assert dlogits is not None
    return value, dlogits
