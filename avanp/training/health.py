"""How much of a code is in use."""

from typing import Any

import numpy as np

from avanp.layers.base import Array

# Burda et al. 2016: a unit of the code is active if its mean varies by more than this.
ACTIVE_FROM = 0.01
IMAGES = 1000


def active_units(system: Any, images: Array) -> int:
    """Return how many units of the code the encoder uses, over the first 1000 images."""
    mu = system.encode(images[:IMAGES])[0]
    labels = getattr(getattr(system, "config", None), "labels", 0)
    mu = mu[:, : mu.shape[1] - labels]  # without the class behind it
    return int(np.sum(np.var(mu, axis=0, dtype=np.float64) > ACTIVE_FROM))
