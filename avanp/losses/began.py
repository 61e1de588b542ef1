"""Equations (1), (5)-(10) and (18)-(23) of the BEGAN v3 paper: one function each.

Park, Huh, Kim 2020, https://doi.org/10.3390/electronics9040688. docs/derivations.md has under
"The BEGAN family" how each misprint is read. `real` is L(x), `fake` L(G(z)), one reconstruction
error ρ(D(v) - v) each, in any one unit. L_D is descended by D's weights, L_G by G's.
"""

import numpy as np

Array = np.ndarray
LOG_2PI = float(np.log(2 * np.pi))


def eq1(v: Array, again: Array, eta: int) -> float:
    """Eq. 1: L(v) = |v - D(v)|^η, the mean over all elements; `again` is D(v), η 1 or 2."""
    return float(np.mean(np.abs(again - v) ** eta, dtype=np.float64))


def eq5(real: float, fake: float) -> tuple[float, float]:
    """Eq. 5, the game without balance: (L_D, L_G) = (L(x) - L(G(z)), -L_D)."""
    return real - fake, fake - real


def eq6(real: float, fake: float) -> float:
    """Eq. 6, the equilibrium E[L(x)] = E[L(G(z))]: how far it is away, L(x) - L(G(z))."""
    return real - fake


def eq7(real: float, fake: float) -> float:
    """Eq. 7: L(G(z)) / L(x), which is held at γ; the smaller, the less G's images vary."""
    return fake / real


def eq8(
    real: float,
    fake_d: float,
    fake_g: float,
    k: float,
    *,
    gamma: float,
    rate: float,
    printed: bool = False,
) -> tuple[float, float, float]:
    """Eq. 8, BEGAN: (L_D, L_G, next k).

    L_D = L(x) - k L(G(z_D)), L_G = L(G(z_G)), printed "L_D ... for θ_G"; k as in `eq10_k`.

    Parameters
    ----------
    real, fake_d, fake_g : float
        L(x), L(G(z_D)) and L(G(z_G)).
    k, gamma, rate : float
        k_t, γ and λ_k.
    printed : bool
        The sign of k's update that is printed here, minus: see `eq10_k`.
    """
    following = eq10_k(k, real, fake_g, gamma=gamma, rate=rate, printed=printed)
    return real - k * fake_d, fake_g, following


def eq9(
    real: float, fake_d: float, fake_g: float, k: float, constraint: float, alpha: float
) -> tuple[float, float]:
    """Eq. 9, BEGAN-CS: (L_G, L_D) = (L(G(z_G)), L(x) - k L(G(z_D)) + α L_c).

    Printed with "for θ_D" and "for θ_G" exchanged.

    Parameters
    ----------
    real, fake_d, fake_g, k : float
        As in `eq8`.
    constraint, alpha : float
        L_c of `eq10_constraint`, and its weight.
    """
    return fake_g, real - k * fake_d + alpha * constraint


def eq10_constraint(z: Array, code: Array) -> float:
    """Eq. 10, first line: L_c = ‖z_D - Enc(G(z_D))‖, the norm |·| as a mean over all elements.

    Which norm is not said; the mean of absolute values is the program's of BEGAN-CS.
    """
    return float(np.mean(np.abs(code - z), dtype=np.float64))


def eq10_k(
    k: float, real: float, fake: float, *, gamma: float, rate: float, printed: bool = False
) -> float:
    """Eq. 10, second line: k + λ (γ L(x) - L(G(z_G))), held to [0, 1].

    Parameters
    ----------
    k, real, fake : float
        k_t, L(x), L(G(z_G)).
    gamma, rate : float
        γ and λ, of this paper .5 and .001.
    printed : bool
        Minus in the place of plus, as Eq. 8 prints it: then k stays 0 and D never resists G.
    """
    change = rate * (gamma * real - fake)
    return min(max(k - change if printed else k + change, 0.0), 1.0)


def eq18(nll: float, mu: Array, logvar: Array) -> float:
    """Eq. 18: -E[log p(x|z)] + KL(q(z|x) ‖ p(z)), q = N(mu, exp(logvar)), p = N(0, I).

    The KL is summed over the code and a mean over the batch; mu, logvar (B, K).
    """
    kl = 0.5 * np.sum(np.square(mu) + np.expm1(logvar) - logvar, axis=-1)
    return nll + float(np.mean(kl))


def eq19(nll: float, mu: Array, logvar: Array) -> float:
    """Eq. 19: Eq. 18 as -E[log p(x|z)] - H(q) + H(q, p), entropy and cross-entropy in nats."""
    entropy = 0.5 * np.sum(1 + LOG_2PI + logvar, axis=-1)
    cross = 0.5 * np.sum(LOG_2PI + np.square(mu) + np.exp(logvar), axis=-1)
    return nll - float(np.mean(entropy)) + float(np.mean(cross))


def eq20(kl_real: float, kl_fake: float, k: float) -> float:
    """Eq. 20: L_R = KL(q(z|x) ‖ N(0, I)) - k KL(q(z|G(z)) ‖ N(0, I))."""
    return kl_real - k * kl_fake


def eq21(
    real: float, fake: float, regularisation: float, k: float, constraint: float, alpha: float
) -> float:
    """Eq. 21, BEGAN v3: L_D = ½ [L(x) - k L(G(z_D)) + L_R] + α L_c, printed "for θ_G".

    Parameters
    ----------
    real, fake, k : float
        L(x), L(G(z_D)), k_t.
    regularisation : float
        L_R of `eq20`, with whatever weight and reduction.
    constraint, alpha : float
        L_c, of the code's mean, and its weight: the half does not touch them.
    """
    return (real - k * fake + regularisation) / 2 + alpha * constraint


def eq22(z: Array, slope: float) -> Array:
    """Eq. 22, leaky ReLU: max(z, 0) + λ min(z, 0)."""
    return np.maximum(z, 0) + slope * np.minimum(z, 0)


def eq23(z: Array, scale: float) -> Array:
    """Eq. 23, ELU: max(z, 0) + min(λ (e^z - 1), 0)."""
    # expm1 of what is not above 0: the minimum is 0 there whatever e^z.
    return np.maximum(z, 0) + np.minimum(scale * np.expm1(np.minimum(z, 0)), 0)
