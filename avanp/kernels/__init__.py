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
    "balance_sums": {
        "numpy": "avanp.kernels.reference",
        "numba": "avanp.kernels.jit_balance",
    },
}


def backend() -> str:
    """Return "numba", or what the environment variable AVANP_KERNELS asks for."""
    name = os.environ.get("AVANP_KERNELS", "numba")
    if name not in BACKENDS:
        raise AvanpError(f"AVANP_KERNELS={name!r}: choose from {', '.join(BACKENDS)}")
    return name


@cache
def _load(name: str, chosen: str) -> Callable[..., Any]:
    return getattr(import_module(KERNELS[name][chosen]), name)


def kernel(name: str) -> Callable[..., Any]:
    """Return the kernel `name` of the chosen backend; it compiles at its first call."""
    return _load(name, backend())
