"""Inner loops on arrays, in pairs: a NumPy reference and a Numba twin with equal results.

`kernel` is the one place that chooses. ``AVANP_KERNELS=numpy`` runs everything without Numba.
Nothing compiles at import.
"""

import os
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from avanp.errors import AvanpError

BACKENDS = ("numba", "numpy")

KERNELS = {
    "add_outer": "jit_outer",
    "balance_sums": "jit_balance",
    "logistic": "jit_logistic",
}


def backend() -> str:
    """Return "numba", or what the environment variable AVANP_KERNELS asks for."""
    name = os.environ.get("AVANP_KERNELS", "numba")
    if name not in BACKENDS:
        raise AvanpError(f"AVANP_KERNELS={name!r}: choose from {', '.join(BACKENDS)}")
    return name


@cache
def kernel(name: str) -> Callable[..., Any]:
    """Return the kernel `name` of the process's backend; it compiles at its first call."""
    module = KERNELS[name] if backend() == "numba" else "reference"
    return getattr(import_module(f"avanp.kernels.{module}"), name)
