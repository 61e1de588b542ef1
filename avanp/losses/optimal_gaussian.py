"""The negative log-likelihood of a Gaussian whose variance is the one that suits best."""

import math

import numpy as np

from avanp.losses.batch import batch_size

# One part in 65,536 of the range of pixels, squared: an exact reconstruction has no logarithm.
LEAST_VARIANCE = 2.0**-32


def optimal_gaussian(y: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    """Return ``(value, dy)`` of -log N(target; y, s² I) at the s² of the highest likelihood.

    That is the mean squared error of the batch, s² = |target - y|² / (B D), and the value
    D/2 (log(2 pi s²) + 1): summed over the D features, mean over the batch, in nats. One variance
    for all features and images, never told, is what balances the term with a VAE's KL: the optimal
    sigma-VAE of Rybkin et al. 2021. As s² is a maximum, dy is that at a fixed variance,
    (y - target) / (B s²).

    Parameters
    ----------
    y, target : ndarray (B, ...)
        Of one shape; dy has the dtype of y.
    """
    batch = batch_size(y, 0, target)
    dy = np.subtract(y, target, out=np.empty_like(y))
    features = dy.size // batch
    variance = float(np.mean(np.square(dy), dtype=np.float64))
    held = max(variance, LEAST_VARIANCE)
    dy /= batch * held
    return _value(variance, features), dy


def pooled(values: list[float], counts: list[int], features: int) -> float:
    """Return the value of `optimal_gaussian` of all images, of those of parts of them.

    A value tells its part's mean squared error, and the mean of these is that of all. So the value
    does not depend on how images are parted, as a mean of logarithms would.

    Parameters
    ----------
    values : list of float
        Of each part, in nats.
    counts : list of int
        Images of each.
    features : int
        D, numbers of an image.
    """
    errors = [_variance(2 * value / features) for value in values]
    return _value(float(np.average(errors, weights=counts)), features)


def _value(variance: float, features: int) -> float:
    held = max(variance, LEAST_VARIANCE)
    return 0.5 * features * (math.log(2 * math.pi * held) + variance / held)


def _variance(twice: float) -> float:
    """Return the mean squared error of a value, given twice the value for each feature."""
    least = math.log(2 * math.pi * LEAST_VARIANCE)
    if twice < least + 1:
        return LEAST_VARIANCE * (twice - least)
    with np.errstate(over="ignore"):
        return float(np.exp(twice - 1) / (2 * math.pi))
