"""The optimiser that a configuration names."""

from typing import Any

from avanp.optim.base import Optimiser
from avanp.registry import load
from avanp.systems.config import Config

MOMENTUM = 0.9


def optimiser(config: Config, lr: float) -> Optimiser:
    """Return a new optimiser of the configured kind, at the rate `lr`."""
    options: dict[str, Any] = {}
    if config.weight_decay is not None:
        options["weight_decay"] = config.weight_decay
    if config.optimiser in ("adam", "adamw"):
        options["betas"] = config.betas
    if config.optimiser == "momentum":
        options["momentum"] = MOMENTUM
    kind = "sgd" if config.optimiser == "momentum" else config.optimiser
    made: Optimiser = load("optimiser", kind)(lr, **options)
    return made
