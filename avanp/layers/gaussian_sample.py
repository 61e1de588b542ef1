"""A draw from a Gaussian, written so that gradients pass through it."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent, check_floats
from avanp.layers.two_heads import halves


def reparameterise(mu: Array, logvar: Array, eps: Array) -> Array:
    """Return ``z = mu + exp(logvar / 2) eps``, which is N(mu, exp(logvar)) for eps N(0, 1).

    Kingma, Welling 2014. Arrays of one shape.
    """
    return mu + np.exp(0.5 * logvar) * eps


def reparameterise_backward(dz: Array, logvar: Array, eps: Array) -> tuple[Array, Array]:
    """Return ``(dmu, dlogvar)``: dz, and ``dz eps exp(logvar / 2) / 2``."""
    return dz, 0.5 * dz * eps * np.exp(0.5 * logvar)


class GaussianSample(Layer):
    """(mu | logvar), (..., 2 K), to a draw z (..., K) of N(mu, exp(logvar)).

    It draws in training and outside it; for the mean itself take the first half of x.
    """

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[Array, Array]]:
        """Return z and the cache (logvar, eps)."""
        if rng is None:
            raise AvanpError("a Gaussian sample needs rng, a numpy.random.Generator")
        check_floats(self, x)
        mu, logvar = halves(x)
        eps = rng.standard_normal(mu.shape).astype(x.dtype, copy=False)
        return reparameterise(mu, logvar, eps), (logvar, eps)

    def backward(
        self, dy: Array, cache: tuple[Array, Array], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``((dmu | dlogvar), {})``."""
        if wrt == "params":
            return None, {}
        check_cotangent(self, dy, cache[0].shape)
        return np.concatenate(reparameterise_backward(dy, *cache), axis=-1), {}
