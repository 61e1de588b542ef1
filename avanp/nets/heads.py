"""How an encoder ends, and the slope of discriminators."""

from typing import Any

import numpy as np

from avanp.layers.dense import Dense
from avanp.layers.two_heads import TwoHeads

# Of the leaky ReLUs in discriminators (Radford et al. 2016).
SLOPE = 0.2


def heads(n: int, latent: int, *, rng: np.random.Generator, dtype: Any) -> TwoHeads:
    """Return two linear layers, of mu and of logvar.

    Parameters
    ----------
    n, latent : int
        Inputs, and outputs of each.
    rng : numpy.random.Generator
        Of the initial weights.
    dtype : numpy dtype
        Of the parameters.
    """
    mu = Dense(n, latent, rng=rng, dtype=dtype)
    return TwoHeads(mu, Dense(n, latent, rng=rng, dtype=dtype))
