"""The readable form of every kernel."""

import numpy as np

Array = np.ndarray


def balance_sums(generated: Array, image: Array) -> tuple[float, float]:
    """Return the sums over images and pixels of ``|d(1 - d)|`` and of ``d(1 - d)`` (Eq. 17).

    generated : (C, M, P), image : (C, P); d is the Euclidean norm over C of the difference at a
    pixel, 0 to sqrt(C).
    """
    d = np.sqrt(((generated - image[:, None, :]) ** 2).sum(axis=0))
    product = d * (1 - d)
    return (
        float(np.abs(product).sum(dtype=np.float64)),
        float(product.sum(dtype=np.float64)),
    )
