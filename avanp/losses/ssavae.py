"""Equations (1)-(11) of the SSAVAE paper: one function each.

Zemouri 2020, https://doi.org/10.3390/make2030020. docs/derivations.md has under "SSAVAE" how each
is read, and where its gradient is. E[·] is the mean over the batch; a squared norm is a mean over
its elements too where that is said, because the paper's β and γ presuppose it.
"""

from collections.abc import Iterable

import numpy as np

Array = np.ndarray


def eq1(mu: Array, sigma: Array, eps: Array) -> Array:
    """Eq. 1: z_i = μ_i + σ_i ε_i, ε ~ N(0, 1); σ is a standard deviation."""
    return mu + sigma * eps


def eq2(reconstruction: float, kl: float) -> float:
    """Eq. 2, a VAE's loss: L_rec + L_kl, for Eq. 3 and 4 in nats."""
    return reconstruction + kl


def eq3(x: Array, probabilities: Array) -> float:
    """Eq. 3: L_rec = -E[log p(x|z)] of pixels in [0, 1], Bernoulli of these probabilities.

    Summed over the pixels; x and probabilities (B, n).
    """
    log_p = x * np.log(probabilities) + (1 - x) * np.log1p(-probabilities)
    return -float(np.mean(np.sum(log_p, axis=-1)))


def eq4(mu: Array, logvar: Array, *, reduction: str = "sum") -> float:
    """Eq. 4: L_kl = KL(N(μ, exp(logvar)) ‖ N(0, I)); mu, logvar (B, K).

    "sum" over the code is the divergence itself, in nats; "mean" is a K-th of it.
    """
    each = 0.5 * (np.square(mu) + np.expm1(logvar) - logvar)
    return float(np.mean(each.sum(axis=-1) if reduction == "sum" else each.mean(axis=-1)))


def eq5(real: Array, fake: Array) -> float:
    """Eq. 5, the GAN's game: E[log Dis(x)] + E[log(1 - Dis(Gen(z)))], of probabilities.

    It is the paper's background: its own discriminator is `eq_dis`.
    """
    return float(np.mean(np.log(real)) + np.mean(np.log1p(-fake)))


def eq6(kl: float, categorical: float, kl_weight: float = 1.0) -> float:
    """Eq. 6: L_VEC = L_kl + L_cat, printed without a weight.

    With the sum of Eq. 4 and weight 1 its least value is reached by a code that says nothing.
    """
    return kl_weight * kl + categorical


def eq7(probabilities: Array, labels: Array) -> float:
    """Eq. 7: L_cat = -E[y log Class(z)]; probabilities (B, K), labels (B,).

    The mean is over the labelled images; a label of -1 is none.
    """
    labelled = np.flatnonzero(labels >= 0)
    if not len(labelled):
        return 0.0
    return -float(np.mean(np.log(probabilities[labelled, labels[labelled]])))


def eq8(
    reconstruction: float, adversarial: float, latent: float, beta: float, gamma: float
) -> float:
    """Eq. 8: L_Dec = L_rec + β L_adv + γ L_latent.

    Parameters
    ----------
    reconstruction, adversarial, latent : float
        Of `eq9`, `eq10` and `eq11`.
    beta, gamma : float
    """
    return reconstruction + beta * adversarial + gamma * latent


def eq9(features: Iterable[Array], again: Iterable[Array], alphas: Iterable[float]) -> float:
    """Eq. 9: L_rec = Σ α_i E[‖F_i - F^_i‖²], the mean over all elements of a layer.

    §4.3.2 cites it as Eq. 3. F_i = φ_i(X) and F^_i = φ_i(X^) are what layer i of the encoder
    returns, (B, ...).
    """
    parts = zip(features, again, alphas, strict=True)
    return sum(a * float(np.mean(np.square(f - g), dtype=np.float64)) for f, g, a in parts)


def eq10(scores: Array, again: Array) -> float:
    """Eq. 10: L_adv = E[(Dis(X) - Dis(X^))²], of linear scores (B, 1)."""
    return float(np.mean(np.square(scores - again)))


def eq11(probabilities: Array, again: Array, *, reduction: str = "mean") -> float:
    """Eq. 11: L_latent = E[‖Class(Z) - Class(Z^)‖²]; probabilities (B, K).

    "sum" over the classes is as printed; with "mean" γ is K times weaker.
    """
    squares = np.square(probabilities - again)
    each = squares.sum(axis=-1) if reduction == "sum" else squares.mean(axis=-1)
    return float(np.mean(each, dtype=np.float64))


def eq_dis(scores: Array, target: float) -> float:
    """Return L_dis of Algorithm 2: E[(G - Dis(X))²], G = 1 for images, -1 for the decoder's."""
    return float(np.mean(np.square(target - scores)))
