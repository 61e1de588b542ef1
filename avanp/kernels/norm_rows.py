"""How the kernels of batch normalisation lay out rows, and share them among threads.

Few columns are folded: rows lie side by side, so that a row fills vectors. Large arrays are summed
in parts, as many as their shape says, so that the sums do not depend on the threads.
"""

from collections.abc import Callable

import numpy as np

from avanp.kernels.engine.aligned import empty
from avanp.kernels.engine.threads import split

Array = np.ndarray

BLOCK = 16384  # elements of x that are summed in its dtype
SPAN = 131072  # elements of x between two steps backwards: half of a small L2 cache
ROWS = 256  # at most: a float32 sum over more of them drifts
WIDTH = 64  # columns that fill a vector loop
PART = 2**17  # elements of x, at least, of one of up to PARTS parts
PARTS = 8


def fold_of(rows: int, columns: int) -> int:
    """Return how many rows to lay side by side so that few columns still fill a vector."""
    fold = 1
    while rows % (2 * fold) == 0 and 2 * fold * columns <= WIDTH:
        fold *= 2
    return fold


def folded(x: Array, fold: int) -> Array:
    """Return x (m, n), or a copy in C order, as (m / fold, n fold)."""
    m, n = x.shape
    return np.ascontiguousarray(x).reshape(m // fold, n * fold)


def new(shape: tuple[int, ...], dtype: np.dtype) -> Array:
    """Return a new array; of float32 it begins at a cache line: a quarter of some loops' time."""
    return empty(shape) if dtype == np.float32 else np.empty(shape, dtype)


def tiled(vectors: Array, fold: int) -> Array:
    """Return vectors (k, n) as (k, fold n), `fold` times beside each other."""
    k, n = vectors.shape
    out = new((k, fold, n), vectors.dtype)
    out[...] = vectors[:, np.newaxis]
    return out.reshape(k, fold * n)


def block_rows(columns: int) -> int:
    """Return how many rows are summed in x's dtype."""
    return max(1, min(ROWS, BLOCK // columns))


def span_rows(columns: int) -> int:
    """Return how many rows there are between two steps backwards."""
    return max(1, SPAN // columns)


def cuts_of(x: Array) -> list[int]:
    """Return where the parts of x begin, and its end: 1, 2, 4 or 8 parts."""
    n = max(1, min(PARTS, x.size // PART))
    n = 2 ** (n.bit_length() - 1)  # which two or four threads share evenly
    return [len(x) * part // n for part in range(n + 1)]


def each_part(run: Callable[[int], object], n: int) -> None:
    """Call ``run(part)`` for n parts, on all threads."""

    def several(start: int, stop: int) -> None:
        for part in range(start, stop):
            run(part)

    if n == 1:
        run(0)
    else:
        split(several, n)


def over_rows(run: Callable[[int, int], object], x: Array) -> None:
    """Call ``run(start, stop)`` for rows of x, on all threads where it is large."""
    if x.size < 2 * PART:
        run(0, len(x))
    else:
        split(run, len(x), once=True)
