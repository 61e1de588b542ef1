"""Images through a discriminator that is an auto-encoder, and back: its gradients by hand."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from avanp.layers.base import Array
from avanp.layers.container import joined
from avanp.layers.factored import Factors
from avanp.layers.sequential import Sequential
from avanp.losses.reconstruction import frobenius, l1, mean_squared
from avanp.metrics.convergence import Units, units

Rng = np.random.Generator
Grads = dict[str, Any]
# ρ: the mean |e|, the norm over the batch by its size (the unit of Park et al.'s table), mean e².
DISTANCES: dict[str, Callable[[Array, Array], tuple[float, Array]]] = {
    "l1": l1,
    "l2": frobenius,
    "mse": mean_squared,
}


class Pass(NamedTuple):
    """Images v through D: L(v), its cotangent s, the encoder's output, caches and units of e."""

    value: float
    dy: Array
    code: Array
    caches: list[Any]
    units: Units


def through(d: Sequential, v: Array, distance: str, rng: Rng, *, train: bool = True) -> Pass:
    """Return the pass of images v through D; a variational D draws its codes from `rng`.

    Parameters
    ----------
    d : Sequential
        The auto-encoder.
    v : array (B, H, W, C)
        In [-1, 1].
    distance : str
        "l1", "l2" or "mse".
    rng : numpy.random.Generator
        Of the codes.
    train : bool
        Whether running moments move and noise is drawn.
    """
    y, codes, caches = d.forward_taps(v, (0,), train=train, rng=rng)
    value, dy = DISTANCES[distance](y, v)
    return Pass(value, dy, codes[0], caches, units(y - v))


def back(
    d: Sequential, p: Pass, scale: float, dcode: Array | None, *, wrt_images: bool = False
) -> tuple[Array | None, Grads]:
    """Return the gradient of ρ in the images, and D's of ``scale ρ`` and what has `dcode`.

    Parameters
    ----------
    d : Sequential
    p : Pass
    scale : float
        Of ρ, for the weights alone.
    dcode : ndarray, optional
        The cotangent of the encoder's output in terms that end there.
    wrt_images : bool
        Whether the first is wanted; it is None otherwise.
    """
    encoder, *between, decoder = d.layers
    dhead, of_decoder = decoder.backward(p.dy, p.caches[-1])
    for layer, cache in zip(between, p.caches[1:-1], strict=True):
        assert dhead is not None
        dhead, _ = layer.backward(dhead, cache, wrt="input")
    assert dhead is not None
    dv: Array | None = None
    if wrt_images and dcode is None:
        dv, of_encoder = encoder.backward(dhead, p.caches[0])
        of_encoder = scaled(of_encoder, scale)
    else:
        whole = scale * dhead if dcode is None else scale * dhead + dcode
        _, of_encoder = encoder.backward(whole, p.caches[0], wrt="params")
        if wrt_images:
            dv, _ = encoder.backward(dhead, p.caches[0], wrt="input")
    last = str(len(d.layers) - 1)
    grads = joined({"0": of_encoder, last: scaled(of_decoder, scale)})
    return None if dv is None else dv - p.dy, grads


def of_images(d: Sequential, p: Pass) -> Array:
    """Return the gradient of ρ in the images alone, J^T s - s."""
    through_d, _ = d.backward(p.dy, p.caches, wrt="input")
    assert through_d is not None
    return through_d - p.dy


def scaled(grads: Grads, factor: float) -> Grads:
    """Return gradients multiplied by a number."""
    return {
        key: Factors(g.x, factor * g.dy) if isinstance(g, Factors) else factor * g
        for key, g in grads.items()
    }
