"""How far a boundary-equilibrium GAN has come, in units that can be compared."""

from typing import NamedTuple

import numpy as np

from avanp.metrics.arrays import Array


def convergence(real: float, fake: float, gamma: float) -> float:
    """Return M = L(x) + |γ L(x) - L(G(z))| (Berthelot et al. 2017, section 3.4.1).

    In the unit of the two losses, and comparable within one unit alone: the M of 1.50 and 1.12
    beside .08 in Park et al. 2020 are a norm over the batch beside a mean of |e|. It does not
    show collapse: a D that reconstructs well what little G makes has a small M.

    Parameters
    ----------
    real, fake : float
        L(x) and L(G(z)).
    gamma : float
        γ, at which L(G(z)) / L(x) is held.
    """
    return real + abs(gamma * real - fake)


class Units(NamedTuple):
    """One reconstruction error in the units of L1 and L2: mean |e|, and root mean square."""

    mean: float
    rms: float


def units(error: Array) -> Units:
    """Return the mean absolute value and the root mean square of D(v) - v.

    The L2 of BEGAN-CS, ‖e‖ / B over a batch of B images of N numbers, is sqrt(N / B) times the
    second: 9.8 times at 64×64×3 and B = 128.
    """
    square = float(np.mean(np.square(error), dtype=np.float64))
    return Units(float(np.mean(np.abs(error), dtype=np.float64)), square**0.5)
