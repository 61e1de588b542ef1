"""The mean and the log-variance of a Gaussian, from one trunk."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent, check_floats
from avanp.layers.container import Container, joined


class TwoHeads(Container):
    """x to (mu | logvar) on the last axis; parameters are keyed ``"mu.…"``, ``"logvar.…"``.

    Parameters
    ----------
    mu, logvar : Layer
        Of outputs of one shape (..., K).
    clamp : float, optional
        Holds logvar to [-clamp, clamp]; outside, its gradient is zero.
    """

    def __init__(self, mu: Layer, logvar: Layer, clamp: float | None = None) -> None:
        if clamp is not None and not clamp > 0:
            raise AvanpError(f"the clamp of a log-variance must be positive, not {clamp}")
        self.mu, self.logvar = mu, logvar
        self.clamp = None if clamp is None else float(clamp)

    @property
    def children(self) -> dict[str, Layer]:
        """The layers by name."""
        return {"mu": self.mu, "logvar": self.logvar}

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[Any, Any, Array | None]]:
        """Return (..., 2 K), and the heads' caches with where logvar was inside the clamp."""
        mu, mu_cache = self.mu.forward(x, train=train, rng=rng)
        logvar, logvar_cache = self.logvar.forward(x, train=train, rng=rng)
        if mu.shape != logvar.shape:
            raise AvanpError(f"two heads of one shape are needed, not {mu.shape}, {logvar.shape}")
        inside = None
        if self.clamp is not None:
            inside = np.abs(logvar) <= self.clamp
            logvar = np.clip(logvar, -self.clamp, self.clamp)
        return np.concatenate([mu, logvar], axis=-1), (mu_cache, logvar_cache, inside)

    def backward(
        self, dy: Array, cache: tuple[Any, Any, Array | None], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx, the sum over both heads, and the gradients of both."""
        mu_cache, logvar_cache, inside = cache
        check_floats(self, dy)
        dmu, dlogvar = map(np.ascontiguousarray, self.split(dy))
        if inside is not None:
            check_cotangent(self.logvar, dlogvar, inside.shape)
            dlogvar = dlogvar * inside
        mu_dx, mu_grads = self.mu.backward(dmu, mu_cache, wrt=wrt)
        logvar_dx, logvar_grads = self.logvar.backward(dlogvar, logvar_cache, wrt=wrt)
        dx = None if mu_dx is None or logvar_dx is None else mu_dx + logvar_dx
        return dx, joined({"mu": mu_grads, "logvar": logvar_grads})

    @staticmethod
    def split(y: Array) -> tuple[Array, Array]:
        """Return the halves ``(mu, logvar)`` of an output (..., 2 K), or of its cotangent."""
        return halves(y)


def halves(y: Array) -> tuple[Array, Array]:
    """Return views of the halves of the last axis; an odd one is an `AvanpError`."""
    if y.ndim == 0 or y.shape[-1] % 2:
        raise AvanpError(f"(mu | logvar) needs an even last axis, not the last of {y.shape}")
    k = y.shape[-1] // 2
    return y[..., :k], y[..., k:]
