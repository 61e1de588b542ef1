"""Equations (1)-(4), (9), (11), (12) and (15) of the AVA paper: losses l, balances b, B.

One function each, returning one value: the sum over channels and features, the mean over the
images of a batch. Encoder and decoder descend l; d ascends b; D ascends B. The discriminators
come in as their logits u (d = 1/(1 + exp(-u))), so that log d and log(1 - d) stay finite when d
saturates. docs/derivations.md has their gradients, under each number.

Shapes as in `avanp.ava.equations`; logits (C, B, 1).
"""

import numpy as np

from avanp.losses.gan import log_d, log_one_minus_d
from avanp.losses.kl import kl_variance
from avanp.losses.squared_error import squared_error

Array = np.ndarray
BATCH = -2


def eq1(x: Array, x_gen: Array, mu: Array, var: Array) -> float:
    """Eq. 1: l_VAE = 1/2 ||x - x'||^2 + KL(N(mu, Sigma) | N(0, I))."""
    return squared_error(x_gen, x, batch_axis=BATCH)[0] + kl_variance(mu, var, batch_axis=BATCH)[0]


def eq2(d_real: Array, d_fake: Array) -> float:
    """Eq. 2: b_GAN = log d(x) + log(1 - d(x'))."""
    return log_d(d_real, batch_axis=BATCH)[0] + log_one_minus_d(d_fake, batch_axis=BATCH)[0]


def eq3(x: Array, x_gen: Array, mu: Array, var: Array, d_fake: Array) -> float:
    """Eq. 3: l_AVA = l_VAE + log(1 - d(x'))."""
    return eq1(x, x_gen, mu, var) + log_one_minus_d(d_fake, batch_axis=BATCH)[0]


def eq4(d_real: Array, d_fake: Array) -> float:
    """Eq. 4: b_AVA = b_GAN."""
    return eq2(d_real, d_fake)


def eq9(x: Array, x_gen: Array, d_real: Array, d_fake: Array) -> float:
    """Eq. 9: b_AVA leaning to the decoder = b_GAN - 1/2 ||x - x'||^2."""
    return eq2(d_real, d_fake) - squared_error(x_gen, x, batch_axis=BATCH)[0]


def eq11(D_real: Array, D_fake: Array) -> float:
    """Eq. 11: B_AVA = log D(mu(x)) + log(1 - D(mu(x')))."""
    return eq2(D_real, D_fake)


def eq12(
    x: Array, x_gen: Array, mu: Array, var: Array, d_fake: Array | None, D_fake: Array
) -> float:
    """Eq. 12: l_AVA = Eq. 3 + log(1 - D(mu(x'))); without d (AVA3, AVA4), Eq. 1 + it."""
    base = eq1(x, x_gen, mu, var) if d_fake is None else eq3(x, x_gen, mu, var, d_fake)
    return base + log_one_minus_d(D_fake, batch_axis=BATCH)[0]


def eq15(mu: Array, mu_gen: Array, D_real: Array, D_fake: Array) -> float:
    """Eq. 15: B_AVA leaning to the encoder = Eq. 11 - 1/2 ||mu(x) - mu(x')||^2."""
    return eq11(D_real, D_fake) - squared_error(mu_gen, mu, batch_axis=BATCH)[0]
