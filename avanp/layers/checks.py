"""What layers ask of the arrays they are given: a wrong one is told, not computed with.

The kernels' doors (`avanp.kernels.doors`) ask it of all that goes through a kernel; this is for
what does not.
"""

import numpy as np

from avanp.errors import AvanpError
from avanp.kernels.doors import FLOATS
from avanp.layers.base import Array, Layer


def check_floats(layer: Layer, x: Array) -> None:
    """Raise an `AvanpError` unless x, or a cotangent, is of float32 or float64."""
    if x.dtype not in FLOATS:
        raise AvanpError(f"{type(layer).__name__} takes float32 or float64, not {x.dtype}")


def check_cotangent(
    layer: Layer, dy: Array, shape: tuple[int, ...], dtype: np.dtype | None = None
) -> None:
    """Raise an `AvanpError` unless dy has the shape of the layer's output, and is a float.

    Broadcast, a cotangent of another shape gives the derivative of something else.

    Parameters
    ----------
    layer : Layer
        For the message.
    dy : ndarray
        The cotangent.
    shape : tuple of int
        Of the output.
    dtype : numpy.dtype, optional
        Of the output, where dy must have it too; float32 or float64 without it.
    """
    if dy.shape != shape or dy.dtype not in FLOATS or (dtype is not None and dy.dtype != dtype):
        raise AvanpError(
            f"{type(layer).__name__}: the cotangent is {dy.dtype}{list(dy.shape)}, and the output "
            f"{dtype or 'a float'}{list(shape)}"
        )
