"""The balance metric BM, Eq. 17 of the AVA paper."""

import numpy as np

from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.kernels import kernel
from avanp.metrics.arrays import unit_images

Array = np.ndarray


def balance_metric(generated: Array, images: Array | ImageSet, *, absolute: bool = True) -> float:
    """Return BM, the mean over images i of ``1/n_i sum_j |d_ij (1 - d_ij)|``.

    d_ij is the Euclidean norm of the RGB difference between pixel j of image i and of an image
    generated for it, not divided by sqrt(3) and not clipped (0 to 1.732).

    Parameters
    ----------
    generated : array (N, H, W, C) or (N, draws, H, W, C)
        One or several generated images for each image. One image (H, W, C) is compared with all.
    images : array (N, H, W, C)
        The images. All values are in [0, 1]; uint8 arrays are divided by 255.
    absolute : bool
        The paper's tables take ``|d(1 - d)|``; Eq. 17 as printed has no absolute value
        (``absolute=False``), and an all-white image then scores far less.

    Raises
    ------
    AvanpError
        If shapes do not fit or values are not finite.
    """
    y, x = unit_images("generated", generated), unit_images("images", images)
    if x.ndim != 4:
        raise AvanpError(f"images must be (N, H, W, C), not {x.shape}")
    if y.ndim == 3:
        y = np.broadcast_to(y, (len(x), *y.shape))
    if y.ndim == 4:
        y = y[:, None]
    if y.ndim != 5 or (len(y), *y.shape[2:]) != x.shape:
        raise AvanpError(
            f"generated {np.shape(generated)} does not fit images {x.shape}: "
            "give (N, H, W, C) or (N, draws, H, W, C)"
        )
    n, draws, *_, channels = y.shape
    # (C, N draws, P) and (C, N, P)
    y = np.moveaxis(y.reshape(n * draws, -1, channels), -1, 0)
    x = np.moveaxis(x.reshape(n, -1, channels), -1, 0)
    total = balance_sums(y, x)[0 if absolute else 1]
    return total / (n * draws * x.shape[-1])


def balance_sums(generated: Array, images: Array) -> tuple[float, float]:
    """Return the sums of ``|d(1 - d)|`` and ``d(1 - d)``: (C, N draws, P) against (C, N, P)."""
    return kernel("balance_sums")(np.ascontiguousarray(generated), np.ascontiguousarray(images))
