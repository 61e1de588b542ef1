"""A mixture of Gaussians fitted to codes by EM (Dempster, Laird, Rubin 1977): a second prior.

Where the codes of images lie, the standard normal prior says badly: a VAE that reconstructs well
leaves holes in it. New codes are drawn from what is fitted to the codes of the training images
(Ghosh et al. 2020 do so for auto-encoders).
"""

from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import cho_solve, solve_triangular
from scipy.special import logsumexp

from avanp.errors import AvanpError
from avanp.layers.base import Array

# Of a system's state, where it keeps one.
NAMES = ("mixture_weights", "mixture_means", "mixture_factors")
MOST_CODES = 10_000
CODES_A_GAUSSIAN, MOST_GAUSSIANS = 1000, 20
STEPS = 10
# Shares below it are none: of most codes a Gaussian has none.
LEAST_SHARE = 1e-6
# The part of every covariance that is a multiple of the identity, so that it has an inverse.
FLOOR = 1e-3
# That part at least, which float32 holds and a root of it too: codes may all be one.
LEAST_VARIANCE = 1e-12
# Of so few codes the products of two numbers say nothing of how uncertain a covariance is.
FEWEST = 4


class Mixture(NamedTuple):
    """K Gaussians of codes with n numbers, float64.

    weights (K,), means (K, n), and lower Cholesky factors (K, n, n) of the covariances.
    """

    weights: Array
    means: Array
    factors: Array


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


def log_densities(x: Array, mixture: Mixture) -> Array:
    """Return log(weight_k N(x_i; mean_k, covariance_k)), (N, K)."""
    n = x.shape[1]
    found = np.empty((len(x), len(mixture.weights)))
    for k, (weight, mean, factor) in enumerate(zip(*mixture, strict=True)):
        if weight == 0:  # a Gaussian that explains nothing
            found[:, k] = -np.inf
            continue
        whitened = solve_triangular(factor, (x - mean).T, lower=True, check_finite=False)
        half = 0.5 * np.einsum("ij,ij->j", whitened, whitened)
        found[:, k] = (
            np.log(weight) - half - np.log(np.diag(factor)).sum() - 0.5 * n * np.log(2 * np.pi)
        )
    return found


def responsibilities(x: Array, mixture: Mixture) -> Array:
    """Return the E step: the share (N, K) that each Gaussian has in each code; rows sum to 1."""
    logs = log_densities(x, mixture)
    logs -= logs.max(axis=1, keepdims=True)
    shares = np.exp(logs)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def maximisation(x: Array, shares: Array) -> Mixture:
    """Return the M step: weights, means and shrunk covariances of codes with these shares.

    A covariance S becomes (1 - t) S + t diag S, with t = Σ Var(s_ab) / Σ s_ab² over a ≠ b, the
    intensity of Schäfer and Strimmer (2005) for that target; t = 1 of fewer than `FEWEST` codes.
    """
    n = x.shape[1]
    counts = shares.sum(axis=0)
    means = (shares.T @ x) / np.maximum(counts, 1e-12)[:, None]
    floor = max(FLOOR * float(np.var(x, axis=0).mean()), LEAST_VARIANCE) * np.eye(n)
    factors = np.empty((len(counts), n, n))
    for k, (count, mean) in enumerate(zip(counts, means, strict=True)):
        mine = shares[:, k] > LEAST_SHARE
        apart, share = x[mine] - mean, shares[mine, k, None]
        count = max(count, 1e-12)
        own = (apart * share).T @ apart / count
        squares = np.square(apart)
        fourth = (squares * share).T @ squares / count
        apart_of = ~np.eye(n, dtype=bool)
        signal = float(np.square(own)[apart_of].sum())
        doubt = float((fourth - np.square(own))[apart_of].sum())
        # Both unbiased: a factor n / (n - 1) is left of theirs.
        told = signal > 0 and count >= FEWEST
        t = min(max(doubt / (signal * (count - 1)), 0.0), 1.0) if told else 1.0
        factors[k] = np.linalg.cholesky((1 - t) * own + t * np.diag(np.diag(own)) + floor)
    return Mixture(counts / len(x), means, factors)


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


def energies(z: Array, mixture: Mixture) -> tuple[Array, Array]:
    """Return -log p(z_i) under a mixture, (N,), and its gradient (N, n), float64."""
    z = np.asarray(z, np.float64)
    logs = log_densities(z, mixture)
    values = -logsumexp(logs, axis=1)
    shares = np.exp(logs + values[:, None])
    dz = np.zeros_like(z)
    for k, (mean, factor) in enumerate(zip(mixture.means, mixture.factors, strict=True)):
        if shares[:, k].any():
            dz += shares[:, k, None] * cho_solve((factor, True), (z - mean).T).T
    return values, dz


def draw(mixture: Mixture, n: int, rng: np.random.Generator) -> Array:
    """Return n codes of a mixture, float64."""
    which = rng.choice(len(mixture.weights), n, p=mixture.weights / mixture.weights.sum())
    noise = rng.standard_normal((n, mixture.means.shape[1]))
    z = np.empty_like(noise)
    for k in np.unique(which):
        mine = which == k
        z[mine] = mixture.means[k] + noise[mine] @ mixture.factors[k].T
    return z


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
