"""One round of a boundary-equilibrium game: what D and G descend, and the gradients by hand.

D is an auto-encoder of `avanp.nets.began.autoencoder`. With e = D(v) - v, s = ρ'(e) and J the
Jacobian of D, the gradient of ρ in D's weights is (∂D/∂θ)^T s and in v it is J^T s - s: one pass
backwards through D's decoder serves both, whatever the factor of either.
"""

from typing import NamedTuple

import numpy as np

from avanp.layers.base import Array
from avanp.layers.sequential import Sequential
from avanp.layers.two_heads import halves
from avanp.losses.began import eq7, eq9, eq20, eq21
from avanp.losses.kl import kl_logvar
from avanp.losses.reconstruction import l1
from avanp.metrics.convergence import Units, convergence
from avanp.systems.autoencoder_pass import Grads, Pass, Rng, back, through
from avanp.systems.game import added


class Weights(NamedTuple):
    """What L_D weighs: k L(G(z)), α L_c, and for a variational D the KL and its reduction."""

    k: float
    alpha: float = 0.0
    kl: float | None = None
    kl_reduction: str = "mean"


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


def _kl(code: Array, reduction: str) -> tuple[float, Array]:
    """Return the KL of (mu | logvar) from the prior, and its cotangent."""
    value, dmu, dlogvar = kl_logvar(*halves(code), reduction=reduction)
    return value, np.concatenate([dmu, dlogvar], axis=-1)
