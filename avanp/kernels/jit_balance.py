"""Numba twin of `avanp.kernels.reference.balance_sums`: one pass, no temporary images."""

import numpy as np
from numba import njit

Array = np.ndarray


# reassoc lets the sums over pixels be vectorised; the order is fixed once compiled.
@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def balance_sums(generated: Array, image: Array) -> tuple[float, float]:
    """See the reference."""
    n_channels, n_images, n_pixels = generated.shape
    total_absolute = 0.0
    total = 0.0
    squares = np.empty(n_pixels, generated.dtype)
    for m in range(n_images):
        for p in range(n_pixels):
            difference = generated[0, m, p] - image[0, p]
            squares[p] = difference * difference
        for c in range(1, n_channels):
            for p in range(n_pixels):
                difference = generated[c, m, p] - image[c, p]
                squares[p] += difference * difference
        # One image's sums keep the images' dtype; the images are added in float64.
        absolute = generated.dtype.type(0)
        signed = generated.dtype.type(0)
        for p in range(n_pixels):
            d = np.sqrt(squares[p])
            product = d * (1 - d)
            absolute += abs(product)
            signed += product
        total_absolute += absolute
        total += signed
    return total_absolute, total
