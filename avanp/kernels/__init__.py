"""Inner loops on arrays, in pairs: a NumPy reference and a Numba twin with equal results.

`kernel` is the one place that chooses. ``AVANP_KERNELS=numpy`` runs everything without Numba.
Nothing compiles at import.
"""

import os
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from avanp.errors import AvanpError

BACKENDS = ("numba", "numpy")

# Name: the modules of the Numba twin and of the reference.
KERNELS = {
    "add_outer": ("jit_outer", "reference"),
    "balance_sums": ("jit_balance", "reference"),
    "logistic": ("jit_logistic", "reference"),
    "dense_forward": ("jit_dense", "reference_dense"),
    "product": ("jit_dense", "reference_dense"),
    "conv_forward": ("jit_conv", "reference_conv"),
    "conv_backward_input": ("jit_conv", "reference_conv"),
    "conv_backward_weights": ("jit_conv", "reference_conv"),
    "channel_sums": ("jit_conv", "reference_conv"),
    "moments": ("jit_norm", "reference_norm"),
    "normalise": ("jit_norm", "reference_norm"),
    "norm_sums": ("jit_norm", "reference_norm"),
    "norm_input": ("jit_norm", "reference_norm"),
    "max_pool": ("jit_pool", "reference_pool"),
    "max_pool_backward": ("jit_pool", "reference_pool"),
    "window_sums": ("jit_pool", "reference_pool"),
    "window_spread": ("jit_pool", "reference_pool"),
    "global_max": ("jit_pool", "reference_pool"),
    "logistic_backward": ("jit_activation", "reference_activation"),
    "tanh_backward": ("jit_activation", "reference_activation"),
    "leaky_relu": ("jit_activation", "reference_activation"),
    "leaky_relu_backward": ("jit_activation", "reference_activation"),
    "elu": ("jit_activation", "reference_activation"),
    "elu_backward": ("jit_activation", "reference_activation"),
    "bernoulli_logits": ("jit_bernoulli", "reference_bernoulli"),
    "adam_update": ("jit_adam", "reference_adam"),
}


def backend() -> str:
    """Return "numba", or what the environment variable AVANP_KERNELS asks for.

    An `AvanpError` tells a wrong AVANP_KERNELS, and a NUMBA_NUM_THREADS that Numba would end at.
    """
    name = os.environ.get("AVANP_KERNELS", "numba")
    if name not in BACKENDS:
        raise AvanpError(f"AVANP_KERNELS={name!r}: choose from {', '.join(BACKENDS)}")
    threads = os.environ.get("NUMBA_NUM_THREADS", "1")
    if name == "numba" and not re.fullmatch(r"0*[1-9][0-9]{0,3}", threads):
        raise AvanpError(f"NUMBA_NUM_THREADS={threads!r}: unset it; AVANP_THREADS is what counts")
    return name


@cache
def kernel(name: str) -> Callable[..., Any]:
    """Return the kernel `name` of the process's backend, behind its door (see `doors`).

    It compiles at its first call.
    """
    from avanp.kernels.doors import guarded  # loads NumPy

    module = KERNELS[name][BACKENDS.index(backend())]
    return guarded(name, getattr(import_module(f"avanp.kernels.{module}"), name))
