"""Adversarial variational autoencoders in NumPy and Numba, with hand-written derivatives.

>>> import avanp
>>> result = avanp.sweep("1.0,0.1", models="VAE,AVA1", rules="program", data="jungle")
>>> print(result)  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from avanp.data.resolve import resolve as load_images
    from avanp.errors import AvanpError
    from avanp.grad.check import GradientError, check_grad
    from avanp.metrics.balance import balance_metric
    from avanp.models.ava import AVA1, AVA2, AVA3, AVA4, AVA5
    from avanp.models.gan import GAN
    from avanp.models.paper import AVA
    from avanp.models.vae import VAE
    from avanp.models.vaegan import VAEGAN
    from avanp.papers.ava.experiment import sweep

# Loaded when first used, so that `avanp --help` answers at once.
_WHERE = {
    "AVA": "avanp.models.paper:AVA",
    "AVA1": "avanp.models.ava:AVA1",
    "AVA2": "avanp.models.ava:AVA2",
    "AVA3": "avanp.models.ava:AVA3",
    "AVA4": "avanp.models.ava:AVA4",
    "AVA5": "avanp.models.ava:AVA5",
    "AvanpError": "avanp.errors:AvanpError",
    "GAN": "avanp.models.gan:GAN",
    "GradientError": "avanp.grad.check:GradientError",
    "VAE": "avanp.models.vae:VAE",
    "VAEGAN": "avanp.models.vaegan:VAEGAN",
    "balance_metric": "avanp.metrics.balance:balance_metric",
    "check_grad": "avanp.grad.check:check_grad",
    "load_images": "avanp.data.resolve:resolve",
    "sweep": "avanp.papers.ava.experiment:sweep",
}

__all__ = [
    "AVA",
    "AVA1",
    "AVA2",
    "AVA3",
    "AVA4",
    "AVA5",
    "GAN",
    "VAE",
    "VAEGAN",
    "AvanpError",
    "GradientError",
    "balance_metric",
    "check_grad",
    "load_images",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("avanp")
    if name not in _WHERE:
        raise AttributeError(f"module 'avanp' has no attribute {name!r}")
    module, attribute = _WHERE[name].split(":")
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
