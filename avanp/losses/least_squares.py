"""Squared distances of a discriminator's scores."""

import numpy as np

from avanp.losses.batch import batch_size, check_numbers


def least_squares(scores: np.ndarray, target: float | np.ndarray) -> tuple[float, np.ndarray]:
    """Return ``(value, dscores)`` of (scores - target)², the gradient 2 (scores - target) / B.

    Summed over the features, mean over the batch. With a number it is a term of the
    least-squares GAN (Mao et al. 2017): the score that the scores are to have. With the constant
    scores of the images themselves it is the adversarial feature term of Zemouri (2020),
    (Dis(x) - Dis(x'))² with the gradient at x'.

    Parameters
    ----------
    scores : ndarray (B, ...)
        Linear outputs, not probabilities.
    target : float, or ndarray of the scores' shape
    """
    target = np.asarray(target)
    check_numbers(scores, target)
    target = target.astype(scores.dtype, copy=False)
    batch = batch_size(scores, 0, *([target] if target.ndim else []))
    error = scores - target
    value = float(np.sum(np.square(error), dtype=np.float64)) / batch
    error *= 2 / batch
    return value, error
