"""BM (Eq. 17) by NumPy broadcasting, as one writes it naturally: the peer of the BM benchmark."""

import numpy as np


def balance(generated, images, absolute=True):
    """BM of generated (N * draws, H, W, 3) against images (N, H, W, 3), values in [0, 1].

    Images i * draws ... (i + 1) * draws - 1 were generated for test image i and are compared with
    it alone. `absolute=False` is Eq. 17 as printed.
    """
    pairs = generated.reshape(len(images), -1, *images.shape[1:])
    distance = np.linalg.norm(pairs - images[:, None], axis=-1)  # (N, draws, H, W)
    product = distance * (1 - distance)
    return float(np.mean(np.abs(product) if absolute else product))
