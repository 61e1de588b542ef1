"""Kullback-Leibler divergence of a diagonal Gaussian from the standard normal prior."""

import numpy as np

from avanp.errors import AvanpError
from avanp.losses.batch import batch_size, check_numbers
from avanp.losses.reductions import named


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
    check_numbers(var)
    if np.any(var < 0):
        raise AvanpError(f"a variance must not be negative, and the smallest is {var.min():g}")
    # A variance that underflowed to 0 is infinitely far from the prior: inf, and no warning.
    with np.errstate(divide="ignore"):
        terms = np.square(mu) + ((var - 1.0) - np.log(var))
        dvar = (0.5 - 0.5 / var) / batch
    return 0.5 * float(np.sum(terms, dtype=np.float64)) / batch, mu / batch, dvar


def kl_logvar(
    mu: np.ndarray,
    logvar: np.ndarray,
    *,
    batch_axis: int = 0,
    weight: float = 1.0,
    reduction: str = "sum",
    clamp: float | None = None,
    free_nats: float = 0.0,
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return ``(value, dmu, dlogvar)`` of KL(N(mu, diag exp(logvar)) | N(0, I)), in nats.

    1/2 Σ (mu² + exp(logvar) - 1 - logvar): summed over the features (every axis but the batch),
    mean over the batch. Where exp(logvar) overflows the value is inf.

    Parameters
    ----------
    mu, logvar : ndarray
        Of one shape; the gradients have their dtypes.
    batch_axis : int
        -2 for arrays (C, B, n), whose colours are features.
    weight : float
        Multiplies the value and the gradients; β of the β-VAE, negative in BEGAN v3.
    reduction : {"sum", "mean"}
        Over the K features. With "mean" all is K times smaller, as in Keras programs that take
        the mean over the latent axis; a `weight` of 1 then means 1 / K of the KL of the bound.
    clamp : float, optional
        Holds logvar to [-clamp, clamp]; outside, its gradient is zero.
    free_nats : float
        "Free bits" (Kingma et al. 2016): in place of KL_k, feature k's mean over the batch,
        max(free_nats, KL_k) is summed; where KL_k is not above free_nats no gradient flows.
    """
    named("reduction", reduction, ("sum", "mean"))
    batch = batch_size(mu, batch_axis, logvar)
    check_numbers(logvar)
    inside = None
    if clamp is not None:
        inside = np.abs(logvar) <= clamp
        logvar = np.clip(logvar, -clamp, clamp)
    with np.errstate(over="ignore"):
        excess = np.expm1(logvar)  # var - 1
    terms = np.square(mu) + (excess - logvar)
    dmu, dlogvar = mu / batch, 0.5 * excess / batch
    if inside is not None:
        dlogvar *= inside
    if free_nats > 0:
        features = 0.5 * np.sum(terms, axis=batch_axis, dtype=np.float64, keepdims=True) / batch
        value = float(np.sum(np.maximum(features, free_nats)))
        paid = features > free_nats
        dmu *= paid
        dlogvar *= paid
    else:
        value = 0.5 * float(np.sum(terms, dtype=np.float64)) / batch
    scale = float(weight) * (batch / mu.size if reduction == "mean" else 1.0)
    if scale != 1.0:
        value *= scale
        dmu *= scale
        dlogvar *= scale
    return value, dmu, dlogvar
