"""A mixture of Gaussians fitted to codes by EM (Dempster, Laird, Rubin 1977): a second prior.

Where the codes of images lie, the standard normal prior says badly: a VAE that reconstructs well
leaves holes in it. New codes are drawn from what is fitted to the codes of the training images
(Ghosh et al. 2020 do so for auto-encoders).
"""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array
from avanp.systems.gaussian_mixture import Mixture, maximisation, responsibilities

# Of a system's state, where it keeps one.
NAMES = ("mixture_weights", "mixture_means", "mixture_factors")
MOST_CODES = 10_000
CODES_A_GAUSSIAN, MOST_GAUSSIANS = 1000, 20
STEPS = 10


def gaussians(n: int) -> int:
    """Return how many Gaussians n codes tell apart: one for every thousand, at most 20."""
    return max(1, min(n // CODES_A_GAUSSIAN, MOST_GAUSSIANS))


def fit(x: Array, k: int, rng: np.random.Generator, steps: int = STEPS) -> Mixture:
    """Return a mixture fitted to codes x (N, n) by EM from k-means++ centres.

    Covariances are full, each shrunk towards its diagonal by what its codes leave uncertain: few
    codes do not tell a large matrix.

    Parameters
    ----------
    x : array (N, n)
        Of more than `MOST_CODES`, so many are taken at random.
    k : int
        Gaussians; at most N.
    rng : numpy.random.Generator
        Of the first centres.
    steps : int
        Of EM; one, of one Gaussian, is enough.

    Raises
    ------
    AvanpError
        For codes that are not finite, or fewer than two.
    """
    x = np.asarray(x, np.float64)
    if x.ndim != 2 or len(x) < 2 or k < 1:
        raise AvanpError(f"a mixture needs two codes and one Gaussian, not {x.shape} and {k}")
    if not np.isfinite(x).all():
        raise AvanpError("the codes have NaN or infinity: the model diverged in training")
    if len(x) > MOST_CODES:
        x = x[np.sort(rng.choice(len(x), MOST_CODES, replace=False))]
    k = min(k, len(x))
    shares = _nearest(x, _centres(x, k, rng))
    mixture = maximisation(x, shares)
    for _ in range(steps if k > 1 else 0):
        mixture = maximisation(x, responsibilities(x, mixture))
    return mixture


def followed(mixture: Mixture, x: Array, share: float) -> Mixture:
    """Return a mixture after a step of EM on further codes x (N, n), which are a share of all.

    Moments are those of the mixture and those of the codes, weighed (Cappé, Moulines 2009).
    """
    x = np.asarray(x, np.float64)
    new = maximisation(x, responsibilities(x, mixture))
    weights = (1 - share) * mixture.weights + share * new.weights
    means, factors = mixture.means.copy(), mixture.factors.copy()
    for k in np.flatnonzero(weights):
        s = share * new.weights[k] / weights[k]
        apart = new.means[k] - means[k]
        means[k] += s * apart
        parts = (1 - s) * factors[k] @ factors[k].T + s * new.factors[k] @ new.factors[k].T
        factors[k] = np.linalg.cholesky(parts + s * (1 - s) * np.outer(apart, apart))
    return Mixture(weights, means, factors)


def empty_state(k: int, n: int, dtype: Any) -> dict[str, Array]:
    """Return the arrays that `keep` writes: k Gaussians of n numbers, of weight 0."""
    shapes = ((k,), (k, n), (k, n, n))
    return {name: np.zeros(shape, dtype) for name, shape in zip(NAMES, shapes, strict=True)}


def keep(state: dict[str, Array], mixture: Mixture) -> None:
    """Write a mixture, of as many Gaussians or fewer, into a system's state."""
    for name, array in zip(NAMES, mixture, strict=True):
        state[name][...] = 0
        state[name][: len(array)] = array


def kept(state: dict[str, Array]) -> Mixture | None:
    """Return the mixture that a system's state holds, or None before one was fitted."""
    if NAMES[0] not in state or not state[NAMES[0]].any():
        return None
    return Mixture(*(state[name].astype(np.float64) for name in NAMES))


def _centres(x: Array, k: int, rng: np.random.Generator) -> Array:
    """Return k of the codes, far apart: k-means++ (Arthur, Vassilvitskii 2007)."""
    chosen = [int(rng.integers(len(x)))]
    nearest = np.square(x - x[chosen[0]]).sum(axis=1)
    while len(chosen) < k:
        total = nearest.sum()
        share = nearest / total if total > 0 else None
        chosen.append(int(rng.choice(len(x), p=share)))
        nearest = np.minimum(nearest, np.square(x - x[chosen[-1]]).sum(axis=1))
    return x[chosen]


def _nearest(x: Array, centres: Array) -> Array:
    """Return shares (N, K) that are 1 for the nearest centre."""
    distances = np.square(centres).sum(axis=1) - 2 * (x @ centres.T)
    return np.eye(len(centres))[distances.argmin(axis=1)]
