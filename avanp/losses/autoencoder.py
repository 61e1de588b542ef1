"""An auto-encoder's error on an image that is itself trained."""

from collections.abc import Callable
from typing import Any

import numpy as np

from avanp.layers.base import Layer, Wrt
from avanp.losses.reconstruction import l1

Distance = Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]


def autoencoder_loss(
    net: Layer,
    v: np.ndarray,
    distance: Distance = l1,
    *,
    train: bool = False,
    rng: np.random.Generator | None = None,
    wrt: Wrt = "both",
) -> tuple[float, np.ndarray | None, dict[str, Any]]:
    """Return ``(value, dv, grads)`` of L(v) = ρ(D(v) - v), the loss of the BEGAN family.

    v counts twice, as the net's input and as its target: with s = ρ'(D(v) - v),
    dv = J^T s - s, where J is the Jacobian of D. Without the second path a generator learns from
    a wrong gradient.

    Parameters
    ----------
    net : Layer
        D, whose output has the shape of v.
    v : ndarray (B, ...)
        Real images, or a generator's.
    distance : callable
        ρ, a function of (y, target) that depends on y - target only and returns
        ``(value, dy)``: `l1`, `mean_squared`, `frobenius`, `squared_error`.
    train, rng
        Passed to the net's forward pass.
    wrt : {"both", "input", "params"}
        "input" leaves `grads` empty, "params" leaves `dv` None, and what they need uncomputed.
    """
    y, cache = net.forward(v, train=train, rng=rng)
    value, dy = distance(y, v)
    through, grads = net.backward(dy, cache, wrt=wrt)
    return value, None if through is None else through - dy, grads
