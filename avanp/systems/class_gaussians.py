"""A Gaussian of codes for each class, fitted while codes go by; the arrays are a system's state."""

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array

# Added to variances: a class whose codes lie in a plane still has a Cholesky factor.
JITTER = 1e-6


def empty(classes: int, latent: int) -> dict[str, Array]:
    """Return the sums that `add` writes: how many codes of each class, of them, of their squares.

    Returns
    -------
    dict
        "seen" (classes,), "codes" (classes, latent), "squares" (classes, latent, latent).
    """
    shapes = {"seen": (), "codes": (latent,), "squares": (latent, latent)}
    return {name: np.zeros((classes, *shape)) for name, shape in shapes.items()}


def add(state: dict[str, Array], mu: Array, labels: Array) -> None:
    """Take note of codes mu (B, latent) of these classes (B,)."""
    for k in np.unique(labels):
        mine = mu[labels == k].astype(np.float64)
        state["seen"][k] += len(mine)
        state["codes"][k] += mine.sum(axis=0)
        state["squares"][k] += mine.T @ mine


def draw(state: dict[str, Array], labels: Array, rng: np.random.Generator) -> Array:
    """Return a code (n, latent), float64, of the Gaussian of each label's class.

    Raises
    ------
    AvanpError
        For a class of which no code was seen.
    """
    z = np.empty((len(labels), state["codes"].shape[1]))
    noise = rng.standard_normal(z.shape)
    for k in np.unique(labels):
        n, mine = state["seen"][k], labels == k
        if not n:
            raise AvanpError(f"class {k} was never seen in training: choose another")
        mean = state["codes"][k] / n
        covariance = state["squares"][k] / n - np.outer(mean, mean)
        factor = np.linalg.cholesky(covariance + JITTER * np.eye(len(mean)))
        z[mine] = mean + noise[mine] @ factor.T
    return z
