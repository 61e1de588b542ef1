"""One round of a boundary-equilibrium game: what D and G descend, and the gradients by hand.

D is an auto-encoder of `avanp.nets.began.autoencoder`. With e = D(v) - v, s = ρ'(e) and J the
Jacobian of D, the gradient of ρ in D's weights is (∂D/∂θ)^T s and in v it is J^T s - s: one pass
backwards through D's decoder serves both, whatever the factor of either.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from avanp.layers.base import Array
from avanp.layers.container import joined
from avanp.layers.factored import Factors
from avanp.layers.sequential import Sequential
from avanp.layers.two_heads import halves
from avanp.losses.began import eq7, eq9, eq20, eq21
from avanp.losses.kl import kl_logvar
from avanp.losses.reconstruction import frobenius, l1, mean_squared
from avanp.metrics.convergence import Units, convergence, units
from avanp.systems.game import added

Rng = np.random.Generator
Grads = dict[str, Any]
# ρ: the mean |e|, the norm over the batch by its size (the unit of Park et al.'s table), mean e².
DISTANCES: dict[str, Callable[[Array, Array], tuple[float, Array]]] = {
    "l1": l1,
    "l2": frobenius,
    "mse": mean_squared,
}


class Weights(NamedTuple):
    """What L_D weighs: k L(G(z)), α L_c, and for a variational D the KL and its reduction."""

    k: float
    alpha: float = 0.0
    kl: float | None = None
    kl_reduction: str = "mean"


class Pass(NamedTuple):
    """Images v through D: L(v), its cotangent s, the encoder's output, caches and units of e."""

    value: float
    dy: Array
    code: Array
    caches: list[Any]
    units: Units


class Error(NamedTuple):
    """L(v) of images, and their errors e in the two units: what is left of a pass."""

    value: float
    units: Units


class Round(NamedTuple):
    """L_D and its gradients; `dfake` is that of L(G(z)) in G(z), if it was asked for."""

    loss: float
    grads: Grads
    dfake: Array | None
    real: Pass
    fake: Pass
    constraint: float
    kl_real: float
    kl_fake: float


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


def discriminate(
    d: Sequential,
    x: Array,
    fake: Array,
    z: Array,
    weights: Weights,
    *,
    distance: str,
    rng: Rng,
    of_fake: bool = False,
) -> Round:
    """Return L_D of Eq. 8, 9 or 21 and its gradients in D's weights; fakes are constant.

    Parameters
    ----------
    d : Sequential
        D, variational where ``weights.kl`` is not None.
    x, fake : ndarray (B, H, W, C)
        Images, and G(z), in [-1, 1] or about that.
    z : ndarray (B, N_z)
        The codes of the fakes, for L_c.
    weights : Weights
    distance : {"l1", "l2", "mse"}
        ρ.
    rng : numpy.random.Generator
        Of a variational D's draws: those for x first.
    of_fake : bool
        Whether the gradient of L(G(z)) in the fakes, at the same weights, is wanted too.
    """
    real, seen = (through(d, v, distance, rng) for v in (x, fake))
    k, alpha, kl, reduction = weights
    half = 1.0 if kl is None else 0.5
    kl_real = kl_fake = constraint = 0.0
    dreal: Array | None = None
    dfake: Array | None = None
    mu = seen.code
    if kl is not None:
        kl_real, dreal = _kl(real.code, reduction)
        kl_fake, dfake = _kl(seen.code, reduction)
        dreal, dfake = half * kl * dreal, -half * k * kl * dfake
        mu = halves(seen.code)[0]
    if alpha:
        constraint, dmu = l1(mu, z)
        dfake = np.zeros_like(seen.code) if dfake is None else dfake
        dfake[:, : mu.shape[1]] += alpha * dmu
    _, of_real = back(d, real, half, dreal)
    dv, of_seen = back(d, seen, -half * k, dfake, wrt_images=of_fake)
    if kl is None:
        # Eq. 8 where alpha is 0.
        _, loss = eq9(real.value, seen.value, seen.value, k, constraint, alpha)
    else:
        regularisation = kl * eq20(kl_real, kl_fake, k)
        loss = eq21(real.value, seen.value, regularisation, k, constraint, alpha)
    return Round(loss, added(of_real, of_seen), dv, real, seen, constraint, kl_real, kl_fake)


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


def balance(real: Pass | Error, fake: Pass | Error, gamma: float) -> dict[str, float]:
    """Return M in the loss's unit and in two that compare, and the ratio that k controls."""
    return {
        "m": convergence(real.value, fake.value, gamma),
        "m_mean": convergence(real.units.mean, fake.units.mean, gamma),
        "m_rms": convergence(real.units.rms, fake.units.rms, gamma),
        "ratio": eq7(real.value, fake.value) if real.value else np.inf,
    }


def in_unit(distance: str, errors: Units, size: int) -> float:
    """Return L(v) of images of `size` numbers by their errors; "l2" as in batches of one."""
    squared = {"mse": errors.rms**2, "l2": errors.rms * size**0.5}
    return squared.get(distance, errors.mean)


def scaled(grads: Grads, factor: float) -> Grads:
    """Return gradients multiplied by a number."""
    return {
        key: Factors(g.x, factor * g.dy) if isinstance(g, Factors) else factor * g
        for key, g in grads.items()
    }


def _kl(code: Array, reduction: str) -> tuple[float, Array]:
    """Return the KL of (mu | logvar) from the prior, and its cotangent."""
    value, dmu, dlogvar = kl_logvar(*halves(code), reduction=reduction)
    return value, np.concatenate([dmu, dlogvar], axis=-1)
