"""Kullback-Leibler divergence of a diagonal Gaussian from the standard normal prior."""

import numpy as np

from avanp.errors import AvanpError
from avanp.losses.batch import batch_size


def kl_variance(
    mu: np.ndarray, var: np.ndarray, *, batch_axis: int = 0
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return ``(value, dmu, dvar)`` of KL(N(mu, diag var) | N(0, I)), var the variance itself.

    1/2 Σ (mu² + var - 1 - log var), the KL term of the paper's Eq. 1 and 3: summed over the
    features (every axis but the batch), mean over the batch. At var = 0 the value is inf.

    Parameters
    ----------
    mu, var : ndarray
        Of one shape; the gradients have their dtypes.
    batch_axis : int
        -2 for arrays (C, B, n), whose colours are features.

    Raises
    ------
    AvanpError
        Where a variance is negative, or the shapes differ.
    """
    batch = batch_size(mu, batch_axis, var)
    if np.any(var < 0):
        raise AvanpError(f"a variance must not be negative, and the smallest is {var.min():g}")
    # A variance that underflowed to 0 is infinitely far from the prior: inf, and no warning.
    with np.errstate(divide="ignore"):
        terms = np.square(mu) + ((var - 1.0) - np.log(var))
        dvar = (0.5 - 0.5 / var) / batch
    return 0.5 * float(np.sum(terms, dtype=np.float64)) / batch, mu / batch, dvar


def kl_logvar(
    mu: np.ndarray, logvar: np.ndarray, *, batch_axis: int = 0
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return ``(value, dmu, dlogvar)`` of KL(N(mu, diag exp(logvar)) | N(0, I)).

    1/2 Σ (mu² + exp(logvar) - 1 - logvar): summed over the features (every axis but the batch),
    mean over the batch. Where exp(logvar) overflows the value is inf.

    Parameters
    ----------
    mu, logvar : ndarray
        Of one shape; the gradients have their dtypes.
    batch_axis : int
        -2 for arrays (C, B, n), whose colours are features.
    """
    batch = batch_size(mu, batch_axis, logvar)
    with np.errstate(over="ignore"):
        excess = np.expm1(logvar)  # var - 1
    terms = np.square(mu) + (excess - logvar)
    value = 0.5 * float(np.sum(terms, dtype=np.float64)) / batch
    return value, mu / batch, 0.5 * excess / batch
