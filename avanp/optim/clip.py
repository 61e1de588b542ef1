"""Clipping gradients, by value or by their common norm."""

import math
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.factored import Factors


def clip_value(grads: dict[str, Any], limit: float) -> dict[str, Any]:
    """Return the gradients with every element in [-limit, limit], as new arrays.

    A factored gradient comes back as an array.
    """
    _positive(limit)
    arrays = {k: g.to_array() if isinstance(g, Factors) else g for k, g in grads.items()}
    return {k: np.clip(g, -limit, limit) for k, g in arrays.items()}


def clip_norm(grads: dict[str, Any], limit: float) -> tuple[dict[str, Any], float]:
    """Return the gradients, scaled to norm `limit` if theirs is above it, and their norm before.

    The norm is one over all keys. One that is not finite scales nothing: what made it so stays
    to be seen.
    """
    _positive(limit)
    norm = global_norm(grads)
    if not limit < norm < math.inf:
        return dict(grads), norm
    return {k: _scaled(g, limit / norm) for k, g in grads.items()}, norm


def global_norm(grads: dict[str, Any]) -> float:
    """Return the Euclidean norm of all gradients together."""
    return math.sqrt(sum(_squares(g) for g in grads.values()))


def _squares(g: Any) -> float:
    """Return the sum of squares of one gradient."""
    if not isinstance(g, Factors):
        return float(np.vdot(g, g))
    x, dy = g.x, g.dy
    rows, n_in, n_out = x.shape[-2], x.shape[-1], dy.shape[-1]
    if rows * (n_in + n_out) > n_in * n_out:
        return _squares(g.to_array())
    # ‖dy^T x‖² = sum of (x x^T) ∘ (dy dy^T), both (..., B, B); rounding may leave it below 0.
    return max(0.0, float(np.vdot(x @ x.swapaxes(-1, -2), dy @ dy.swapaxes(-1, -2))))


def _scaled(g: Any, scale: float) -> Any:
    return Factors(g.x, scale * g.dy) if isinstance(g, Factors) else scale * g


def _positive(limit: float) -> None:
    if not limit > 0:
        raise AvanpError(f"a limit must be above 0, not {limit!r}")
