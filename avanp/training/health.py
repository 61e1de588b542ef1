"""Signs that training has gone wrong without any number becoming infinite."""

from typing import Any

import numpy as np

from avanp.layers.base import Array

# Burda et al. 2016: a unit of the code is active if its mean varies by more than this.
ACTIVE_FROM = 0.01
IMAGES = 1000


def active_units(system: Any, images: Array) -> int:
    """Return how many units of the code the encoder uses, over the first 1000 images."""
    mu, _ = system.encode(images[:IMAGES])
    return int(np.sum(np.var(mu, axis=0, dtype=np.float64) > ACTIVE_FROM))


def hint(row: dict[str, Any]) -> str:
    """Return advice where a row shows posterior collapse or a game that is over, else ""."""
    if row.get("active_units") == 0:
        return "no unit of the code is in use (posterior collapse): a smaller beta, or free nats"
    if row.get("discriminator_real", 0.5) > 0.99 and row.get("discriminator_fake", 0.5) < 0.01:
        return "the discriminator is always right: the decoder learns little from it"
    return ""
