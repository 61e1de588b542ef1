"""Numba's decorators, with `avanp.kernels.cache` for what they compile."""

from collections.abc import Callable
from typing import Any

import numba
from numba.core.ccallback import CFunc
from numba.core.sigutils import normalize_signature

from avanp.kernels.cache import KernelCache

Function = Callable[..., Any]


def njit(**options: Any) -> Callable[[Function], Any]:
    """Return `numba.njit` of these options; what it compiles is kept for the next process.

    Nobody calls it from C, and a wrapper for that is a thirtieth of what is compiled.
    """

    def decorate(function: Function) -> Any:
        asked = {"no_cfunc_wrapper": True, **options}
        compiled = numba.njit(**asked)(function)
        if hasattr(compiled, "_cache"):  # not under NUMBA_DISABLE_JIT
            compiled._cache = KernelCache(function)
        return compiled

    return decorate


def inner(**options: Any) -> Callable[[Function], Any]:
    """Return `njit` of these options for what compiled code alone calls: Python has no way in."""
    return njit(no_cpython_wrapper=True, **options)


def cfunc(signature: Any) -> Callable[[Function], Any]:
    """Return `numba.cfunc` of a signature, which compiles or loads at once."""

    def decorate(function: Function) -> Any:
        made: Any = CFunc(function, normalize_signature(signature), locals={}, options={})
        made._cache = KernelCache(function)
        made.compile()
        return made

    return decorate
