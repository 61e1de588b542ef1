"""Nets for images of any size: encoders, decoders and discriminators, dense or convolutional.

The two modules have the same three functions. Hidden layers begin by He, output layers by Glorot.
"""

from importlib import import_module
from types import ModuleType


def builders(arch: str) -> ModuleType:
    """Return the module of builders for "mlp" or "conv"."""
    return import_module(f"avanp.nets.{arch}")
