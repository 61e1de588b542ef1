"""Signs that training has gone wrong without any number becoming infinite."""

from collections.abc import Mapping
from typing import Any


def advice(row: Mapping[str, Any]) -> str:
    """Return advice where a row shows posterior collapse or a game that is over, else ""."""
    if row.get("active_units") == 0:
        return "no unit of the code is in use (posterior collapse): a smaller beta, or free nats"
    if row.get("discriminator_real", 0.5) > 0.99 and row.get("discriminator_fake", 0.5) < 0.01:
        return "the discriminator is always right: the decoder learns little from it"
    return ""
