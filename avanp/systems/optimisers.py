"""The optimiser that a configuration names."""

from avanp.optim.adam import Adam
from avanp.optim.base import Optimiser
from avanp.optim.rmsprop import RMSprop
from avanp.optim.sgd import SGD
from avanp.systems.config import Config

MOMENTUM = 0.9


def optimiser(config: Config) -> Optimiser:
    """Return a new optimiser of the configured kind and rate."""
    if config.optimiser == "adam":
        return Adam(config.lr, config.betas)
    if config.optimiser == "rmsprop":
        return RMSprop(config.lr)
    return SGD(config.lr, momentum=MOMENTUM if config.optimiser == "momentum" else 0.0)
