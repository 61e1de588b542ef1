"""Memory that begins at a cache line: a vector across two lines costs two accesses."""

import math

import numpy as np

LINE, SIZE = 64, 4  # bytes of a cache line and of a float


def empty(shape: tuple[int, ...]) -> np.ndarray:
    """Return a new float32 array of any contents; NumPy's own begin anywhere in a line."""
    size = math.prod(shape)
    memory = np.empty(size + LINE // SIZE, np.float32)
    first = -memory.__array_interface__["data"][0] % LINE // SIZE
    return memory[first : first + size].reshape(shape)
