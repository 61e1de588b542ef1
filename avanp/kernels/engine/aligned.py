"""Memory that begins at a cache line: a vector across two lines costs two accesses."""

import ctypes
import math

import numpy as np

LINE, SIZE = 64, 4  # bytes of a cache line and of a float

FLOAT = np.dtype(np.float32)


def empty(shape: tuple[int, ...]) -> np.ndarray:
    """Return a new float32 array of any contents; NumPy's own begin anywhere in a line."""
    memory = np.empty(math.prod(shape) + LINE // SIZE, FLOAT)
    # NumPy's own ways to an address take five times as long as all of this.
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory.data))
    return np.ndarray(shape, FLOAT, memory, -address % LINE)
