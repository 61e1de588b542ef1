"""The terms of the adversarial game, as functions of a discriminator's logits.

With d = sigmoid(u), each is finite wherever u is, and where d has rounded to 0 or 1 its gradient
is still right. The paper's discriminator ends in a logistic of slope κ and midpoint c at the
pre-activation v, which is sigmoid(u) at u = κ (v - c); so dv = κ du.

All are summed over the features (every axis but the batch), mean over the batch, and `dlogits`
has the dtype of the logits. `batch_axis` is -2 for arrays (C, B, n). At infinite logits a value
may be infinite, never NaN.
"""

import numpy as np

from avanp.losses.batch import batch_size, check_numbers


def log_d(logits: np.ndarray, *, batch_axis: int = 0) -> tuple[float, np.ndarray]:
    """Return ``(value, dlogits)`` of log d, d = sigmoid(logits): what d ascends on real images.

    The first term of the paper's Eq. 4; its gradient is 1 - d.
    """
    batch = batch_size(logits, batch_axis)
    # Of exp(u) and exp(-u) only the one that cannot overflow is evaluated.
    small = np.exp(-np.abs(logits))
    terms = np.minimum(logits, 0.0) - np.log1p(small)
    value = float(np.sum(terms, dtype=np.float64)) / batch
    dlogits = np.where(logits >= 0.0, small, 1.0) / (1.0 + small)
    dlogits /= batch
    return value, dlogits


def log_one_minus_d(logits: np.ndarray, *, batch_axis: int = 0) -> tuple[float, np.ndarray]:
    """Return ``(value, dlogits)`` of log(1 - d), d = sigmoid(logits).

    The second term of the paper's Eq. 4, which d ascends on generated images and a decoder
    descends; its gradient is -d.
    """
    check_numbers(logits)
    # 1 - sigmoid(u) = sigmoid(-u)
    value, dnegated = log_d(np.negative(logits), batch_axis=batch_axis)
    return value, np.negative(dnegated)


def minus_log_d(logits: np.ndarray, *, batch_axis: int = 0) -> tuple[float, np.ndarray]:
    """Return ``(value, dlogits)`` of -log d, the non-saturating loss that a decoder descends.

    In place of log(1 - d), whose gradient vanishes where d sees through the decoder; its own
    gradient is d - 1.
    """
    value, dlogits = log_d(logits, batch_axis=batch_axis)
    return -value, np.negative(dlogits)
