"""Numba twin of `avanp.kernels.reference.balance_sums`: one pass, no temporary images."""

import numpy as np

from avanp.kernels.compiled import njit

Array = np.ndarray

# reassoc lets the sums over pixels be vectorised. Their order is the compiler's, and always the
# same where all is compiled as one function: hence inline, see `avanp.kernels.jit_exp`.
FAST = {"reassoc", "contract", "nsz"}
PART = 8192  # pixels: a float32 sum over more of them drifts


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _sums(squares: Array) -> tuple[float, float]:
    """Sums of ``|d(1 - d)|`` and ``d(1 - d)`` from d^2, in the images' dtype."""
    absolute = squares.dtype.type(0)
    signed = squares.dtype.type(0)
    for p in range(squares.size):
        d = np.sqrt(squares[p])
        product = d - d * d
        absolute += abs(product)
        signed += product
    return absolute, signed


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _sums_rgb(
    r: Array, g: Array, b: Array, x_r: Array, x_g: Array, x_b: Array
) -> tuple[float, float]:
    """As `_sums`, of three channels at once, without storing d^2."""
    absolute = r.dtype.type(0)
    signed = r.dtype.type(0)
    for p in range(r.size):
        dr, dg, db = r[p] - x_r[p], g[p] - x_g[p], b[p] - x_b[p]
        d = np.sqrt(dr * dr + dg * dg + db * db)
        product = d - d * d
        absolute += abs(product)
        signed += product
    return absolute, signed


@njit(error_model="numpy", fastmath=FAST)
def balance_sums(generated: Array, images: Array) -> tuple[float, float]:
    """See the reference. Parts of an image are summed in its dtype, and added in float64."""
    n_channels, n_generated, n_pixels = generated.shape
    draws = n_generated // images.shape[1]
    absolute = 0.0
    signed = 0.0
    for m in range(n_generated):
        i = m // draws
        for start in range(0, n_pixels, PART):
            part = slice(start, min(start + PART, n_pixels))
            if n_channels == 3:
                a, s = _sums_rgb(
                    generated[0, m, part], generated[1, m, part], generated[2, m, part],
                    images[0, i, part], images[1, i, part], images[2, i, part],
                )  # fmt: skip
            else:
                squares = np.zeros(part.stop - part.start, generated.dtype)
                for c in range(n_channels):
                    squares += (generated[c, m, part] - images[c, i, part]) ** 2
                a, s = _sums(squares)
            absolute += float(a)
            signed += float(s)
    return absolute, signed
