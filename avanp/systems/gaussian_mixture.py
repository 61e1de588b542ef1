"""A mixture of Gaussians of codes: its density, the two steps of EM, and draws."""

from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_solve, solve_triangular
from scipy.special import logsumexp

from avanp.layers.base import Array

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
