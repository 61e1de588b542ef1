"""Waiting for another thread without the interpreter's lock, for as long as sleeping would take.

A thread that sleeps, on a lock or for the interpreter's, needs some 50 µs to wake: as long as a
tenth of a small kernel.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from avanp.kernels.compiled import njit

Array = np.ndarray

LINE = 8  # int64 of a cache line: the two numbers are written by different processors
ASKED, DONE = 0, LINE
TURNS = 100_000  # looks, of a few ns each


def numbers() -> Array:
    """Return memory for the numbers at `ASKED` and `DONE`."""
    return np.zeros(2 * LINE, np.int64)


@intrinsic
def _look(typing, address):  # type: ignore
    """Return the int64 at an address as it is now."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.IntType(64).as_pointer())
        return builder.load_atomic(pointer, "acquire", 8)

    return types.int64(types.int64), codegen


@intrinsic
def _tell(typing, address, value):  # type: ignore
    """Write an int64 after all that was written before."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.IntType(64).as_pointer())
        builder.store_atomic(arguments[1], pointer, "release", 8)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@njit(nogil=True)
def reaches(state: Array, at: int, value: int, turns: int) -> bool:
    """Return whether the number `at` becomes `value` while this looks."""
    address = state.ctypes.data + 8 * at
    for _ in range(turns):  # noqa: SIM110 (any() of a generator is no machine code)
        if _look(address) == value:  # type: ignore
            return True
    return False


@njit(nogil=True)
def rest(state: Array, turn: int, turns: int) -> None:
    """Say that a turn is done, and look a while whether the next is asked for."""
    _tell(state.ctypes.data + 8 * DONE, turn)  # type: ignore
    reaches(state, ASKED, turn + 1, turns)
