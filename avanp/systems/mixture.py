"""A mixture of Gaussians fitted to codes by k-means and EM: a second prior.

Where the codes of images lie, the standard normal prior says badly: a VAE that reconstructs well
leaves holes in it. New codes are drawn from what is fitted to the codes of the training images
(Ghosh et al. 2020 do so for auto-encoders).
"""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array
from avanp.systems.gaussian_mixture import Mixture, maximisation, responsibilities
from avanp.systems.kmeans import clusters

# Of a system's state, where it keeps one.
NAMES = ("mixture_weights", "mixture_means", "mixture_factors")
MOST_CODES = 50_000
# Of codes that are taken, 64 MB.
MOST_NUMBERS = 2**23
# More Gaussians tell held-out codes better up to about so many (docs/quality.md); few codes have
# one for each ten, as one for all draws images that are torn.
CODES_A_GAUSSIAN, MOST_GAUSSIANS = 500, 100
FEW_CODES, GAUSSIANS_OF_FEW = 10, 20
STEPS = 10
# Products of a step of EM, above which k-means has to do: some seconds.
MOST_PRODUCTS = 2**33


def gaussians(n: int) -> int:
    """Return how many Gaussians n codes get: one for every 500 but 20 of them, at most 100.

    Of fewer than 200 codes one for every ten.
    """
    few = max(1, min(n // FEW_CODES, GAUSSIANS_OF_FEW))
    return max(few, min(n // CODES_A_GAUSSIAN, MOST_GAUSSIANS))


def most_codes(latent: int) -> int:
    """Return how many codes of so many numbers a mixture is fitted to at most."""
    return min(MOST_CODES, max(MOST_NUMBERS // latent, CODES_A_GAUSSIAN))


def fit(x: Array, k: int, rng: np.random.Generator, steps: int = STEPS) -> Mixture:
    """Return a mixture fitted to codes x (N, n): by k-means, and EM (Dempster, Laird, Rubin 1977).

    Covariances are full, each shrunk towards its diagonal by what its codes leave uncertain: few
    codes do not tell a large matrix. Of many Gaussians of many numbers, where k-means parts codes
    as EM does, EM is left out: N k n² above `MOST_PRODUCTS`.

    Parameters
    ----------
    x : array (N, n)
        Of more than `most_codes`, so many are taken at random.
    k : int
        Gaussians; at most N.
    rng : numpy.random.Generator
        Of the first centres.
    steps : int
        Of EM; none of one Gaussian.

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
    if len(x) > (most := most_codes(x.shape[1])):
        x = x[np.sort(rng.choice(len(x), most, replace=False))]
    k = min(k, len(x))
    mixture = maximisation(x, np.eye(k)[clusters(x, k, rng)])
    affordable = x.size * x.shape[1] * k <= MOST_PRODUCTS
    for _ in range(steps if k > 1 and affordable else 0):
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
