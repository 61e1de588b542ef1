"""Equations (5)-(8), (10), (13), (14) and (16) of the AVA paper, as printed: one function each.

Nguyen, Abdalla, Amer 2024, https://doi.org/10.5772/acrt.20240003. The objectives they are meant
to come from, equations (1)-(4), (9), (11), (12) and (15), are in `avanp.ava.objectives`; (17) is
`avanp.metrics.balance`. docs/derivations.md has under each number how it comes about, or at which
step the printed form leaves the gradient.

Each function returns the **error** e at a net's output neurons: the ascent direction before the
learning rate, with the output's derivative a' included. Below the output layer follows ordinary
back-propagation: ``db = gamma e``, ``dW = gamma e h^T``.

Shapes: x, x_gen (C, B, n pixels); mu, var (C, B, n latent); d, D (C, B, 1), where C counts the
independent colour channels and B the images. `k` is the slope kappa of the logistic
s(v) = 1/(1 + exp(kappa (c - v))), whose derivative from its output y is a'(y) = kappa y (1 - y).
The quotients are written in closed form, because 0/0 appears as soon as a discriminator
saturates: a'(y)/(1 - y) = kappa y and a'(y)/y = kappa (1 - y).
"""

import numpy as np

Array = np.ndarray


def derivative(y: Array, k: float) -> Array:
    """a'(y) = kappa y (1 - y), the logistic's derivative from its output."""
    return k * y * (1 - y)


def real_quotient(d: Array, k: float) -> Array:
    """a'(d)/d = kappa (1 - d): the error for a real sample, in (7) and (13)."""
    return k * (1 - d)


def fake_quotient(d: Array, k: float) -> Array:
    """a'(d)/(1 - d) = kappa d: the error for a generated sample, in (6), (7), (13) and (14)."""
    return k * d


def eq2_decoder(x_gen: Array, d_fake: Array, k: float) -> Array:
    """Eq. 2, the GAN's decoder: a'(d)/(1 - d) a'(x')."""
    return fake_quotient(d_fake, k) * derivative(x_gen, k)


def reconstruction(x: Array, x_gen: Array, k: float) -> Array:
    """Eq. 1, the decoder of VAE, AVA3 and AVA4: (x - x') a'(x')."""
    return (x - x_gen) * derivative(x_gen, k)


def eq5_mu(mu: Array, k: float) -> Array:
    """Eq. 5, encoder, mu: -mu a'(mu)."""
    return -mu * derivative(mu, k)


def eq5_var(var: Array, k: float) -> Array:
    """Eq. 5, encoder, Sigma: (1/(2 Sigma) - 1/2) a'(Sigma) = kappa/2 (1 - Sigma)^2."""
    return 0.5 * k * (1 - var) ** 2


def eq6(x: Array, x_gen: Array, d_fake: Array, k: float) -> Array:
    """Eq. 6, decoder of AVA1, AVA2, AVA5: [(x - x')_i + a'(d)/(1 - d)] a'(x'_i), d = d(x')."""
    return ((x - x_gen) + fake_quotient(d_fake, k)) * derivative(x_gen, k)


def eq7(d_real: Array, d_fake: Array, k: float) -> tuple[Array, Array]:
    """Eq. 7, discriminator d: a'(d(x))/d(x) through x, and -a'(d(x'))/(1 - d(x')) through x'."""
    return real_quotient(d_real, k), -fake_quotient(d_fake, k)


def eq8(mu: Array, var: Array, r: Array) -> Array:
    """Eq. 8: z = mu + Sigma^(1/2) r, r from N(0, I)."""
    return mu + np.sqrt(var) * r


def eq10(x: Array, x_gen: Array, d_real: Array, d_fake: Array, k: float) -> tuple[Array, Array]:
    """Eq. 10, d of AVA2, AVA5: Eq. 7 and, through x', a'(d(x')) sum_i (x - x')_i a'(x'_i)."""
    real, fake = eq7(d_real, d_fake, k)
    return real, fake + leaning(d_fake, reconstruction(x, x_gen, k), k)


def eq13(D_real: Array, D_fake: Array, k: float) -> tuple[Array, Array]:
    """Eq. 13, encoding discriminator D: as Eq. 7, of D(mu(x)) and D(mu(x'))."""
    return real_quotient(D_real, k), -fake_quotient(D_fake, k)


def eq14(mu: Array, D_fake: Array, k: float) -> Array:
    """Eq. 14, encoder of AVA3-5, mu: [-mu_i + a'(D)/(1 - D)] a'(mu_i), D = D(mu(x'))."""
    return (-mu + fake_quotient(D_fake, k)) * derivative(mu, k)


def eq16(mu: Array, mu_gen: Array, D_real: Array, D_fake: Array, k: float) -> tuple[Array, Array]:
    """Eq. 16, D of AVA4, AVA5: Eq. 13 and a'(D(mu(x'))) sum_i (mu - mu')_i a'(mu'_i)."""
    real, fake = eq13(D_real, D_fake, k)
    return real, fake + leaning(D_fake, reconstruction(mu, mu_gen, k), k)


def leaning(d_fake: Array, errors: Array, k: float) -> Array:
    """The third term of (10) and (16): a'(d) sum_i errors_i."""
    return derivative(d_fake, k) * errors.sum(axis=-1, keepdims=True)
