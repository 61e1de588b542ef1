"""Equations (1)-(7) of the DFC-VAE paper: one function each.

Ahlawat et al. 2021, after Hou et al. 2017, https://doi.org/10.1109/WACV.2017.131.
docs/derivations.md has them under "DFC-VAE". Eq. 5 calls the weights of the perceptual term and of
KL alpha and beta, Eq. 6 beta and alpha: here they are `w_rec`, `w_perc` and `w_kl`, by what they
weigh. Losses are numbers, means over the batch.
"""

from collections.abc import Sequence

import numpy as np

from avanp.losses.reductions import named

Array = np.ndarray
REDUCTIONS = ("half_mean", "mean", "sum")


def eq1(rec: float, kl: float) -> float:
    """Eq. 1: L(theta, phi; x) = L_rec + L_KL."""
    return rec + kl


def eq2(x: Array, again: Array, mu: Array, logvar: Array) -> float:
    """Eq. 2: Eq. 1 as -E[log p(x|z)] + KL(q(z|x) ‖ p(z)), of one draw of z.

    p(x|z) is a Bernoulli of probability `again` for every number of x, and in this paper's program
    L_rec is its mean over the channels. q is N(mu, exp(logvar)), p N(0, I).

    Parameters
    ----------
    x, again : ndarray (B, H, W, C)
        Images in [0, 1] and their reconstructions in (0, 1).
    mu, logvar : ndarray (B, K)
    """
    bits = x * np.log(again) + (1 - x) * np.log(1 - again)
    rec = -np.sum(bits.mean(axis=-1), axis=(1, 2))
    kl = 0.5 * np.sum(np.square(mu) + np.expm1(logvar) - logvar, axis=-1)
    return eq1(float(np.mean(rec)), float(np.mean(kl)))


def eq3(features: Array, again: Array, reduction: str = "half_mean") -> float:
    """Eq. 3: L_perc of one layer, 1 / (2 W H C) Σ (Φ(x) - Φ(x̄))², mean over the batch.

    Parameters
    ----------
    features, again : ndarray (B, H, W, C)
        Φ(x) and Φ(x̄): what the layer returns for images and for their reconstructions.
    reduction : {"half_mean", "mean", "sum"}
        Over the features of an image: as printed, without the factor 1/2, or the sum, which is
        2 W H C times what is printed.
    """
    named("reduction", reduction, REDUCTIONS)
    total = float(np.sum(np.square(features - again), dtype=np.float64)) / len(features)
    n = features[0].size
    return {"half_mean": total / (2 * n), "mean": total / n, "sum": total}[reduction]


def eq4(layers: Sequence[float]) -> float:
    """Eq. 4: L_perc, the sum of Eq. 3 over the layers."""
    return float(sum(layers))


def eq5(perc: float, kl: float, *, w_perc: float, w_kl: float) -> float:
    """Eq. 5, Hou et al.'s loss: w_perc L_perc + w_kl L_KL."""
    return w_perc * perc + w_kl * kl


def eq6(rec: float, perc: float, kl: float, *, w_rec: float, w_perc: float, w_kl: float) -> float:
    """Eq. 6, the paper's loss: w_rec L_rec + w_perc L_perc + w_kl L_KL.

    Parameters
    ----------
    rec, perc, kl : float
        L_rec, L_perc of `eq4`, L_KL.
    w_rec, w_perc, w_kl : float
        gamma, beta and alpha in the paper, which has .5, .5 and 1.
    """
    return w_rec * rec + eq5(perc, kl, w_perc=w_perc, w_kl=w_kl)


def eq7(z: Array, noise: Array, eps: float) -> Array:
    """Eq. 7: z_altered = z_image + eps · z_noise, z_noise from N(0, I); the paper has 0 < eps < .5.

    The program takes for z_image a draw from q(z|x), not its mean.
    """
    return z + eps * noise
