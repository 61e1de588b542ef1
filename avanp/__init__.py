"""Adversarial variational autoencoders in NumPy and Numba, with hand-written derivatives.

>>> import avanp
>>> result = avanp.sweep("1.0,0.1", models="VAE,AVA1", rules="program", data="jungle")
>>> print(result)  # doctest: +SKIP
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from avanp.errors import AvanpError
from avanp.registry import ESTIMATORS

if TYPE_CHECKING:
    from avanp.data.resolve import resolve as load_images
    from avanp.estimators.began import BEGAN
    from avanp.estimators.load import load
    from avanp.estimators.paper import AVA
    from avanp.estimators.ssavae import SSAVAE
    from avanp.grad.check import GradientError, check_grad
    from avanp.metrics.balance import balance_metric
    from avanp.papers.ava.sweep import sweep

# Loaded when first used, so that `avanp --help` answers at once.
_WHERE = {
    **{name: f"avanp.estimators:{name}" for name in ESTIMATORS},
    "AVA": "avanp.estimators.paper:AVA",
    "VAEOverSampler": "avanp.estimators.oversampler:VAEOverSampler",
    "BEGAN": "avanp.estimators.began:BEGAN",
    "SSAVAE": "avanp.estimators.ssavae:SSAVAE",
    "AvanpError": "avanp.errors:AvanpError",
    "GradientError": "avanp.grad.check:GradientError",
    "balance_metric": "avanp.metrics.balance:balance_metric",
    "check_grad": "avanp.grad.check:check_grad",
    "load": "avanp.estimators.load:load",
    "load_images": "avanp.data.resolve:resolve",
    "sweep": "avanp.papers.ava.sweep:sweep",
}

__all__ = [
    "AVA",
    "BEGAN",
    "SSAVAE",
    "AvanpError",
    "GradientError",
    "balance_metric",
    "check_grad",
    "load",
    "load_images",
    "sweep",
    *ESTIMATORS,
    *(["VAEOverSampler"] if find_spec("imblearn") else []),
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from avanp.release import VERSION

        return VERSION
    if name not in _WHERE:
        raise AttributeError(f"module 'avanp' has no attribute {name!r}")
    module, attribute = _WHERE[name].split(":")
    try:
        return getattr(import_module(module), attribute)
    except AvanpError as error:  # an extra is not installed: it says which
        raise AttributeError(str(error)) from None


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__version__"]
