"""An auto-encoder's error on an image that is itself trained."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np

from avanp.layers.base import Layer, Wrt
from avanp.layers.batch_norm import batch_norm_mode
from avanp.losses.reconstruction import l1

Distance = Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]


def autoencoder_loss(
    net: Layer,
    v: np.ndarray,
    distance: Distance = l1,
    *,
    train: bool = False,
    update_moments: bool = True,
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
    update_moments : bool
        Whether batch norms in training move their running moments by v. False for the second of
        two batches of one step, such as a generator's images after the real ones.
    wrt : {"both", "input", "params"}
        "input" leaves `grads` empty, "params" leaves `dv` None, and what they need uncomputed.
    """
    with nullcontext() if update_moments else batch_norm_mode(net, "no-update"):
        y, cache = net.forward(v, train=train, rng=rng)
    value, dy = distance(y, v)
    through, grads = net.backward(dy, cache, wrt=wrt)
    return value, None if through is None else through - dy, grads
