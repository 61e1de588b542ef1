"""What every loss asks of its arrays: equal shapes, and a batch axis to take the mean over."""

import numpy as np

from avanp.errors import AvanpError
from avanp.kernels.doors import FLOATS, REAL


def batch_size(array: np.ndarray, batch_axis: int, *others: np.ndarray) -> int:
    """Return the length of the batch axis, after checking that `others` have the array's shape.

    Raises
    ------
    AvanpError
        Where the shapes differ, the axis is not there, or the batch is empty; where the array is
        not of float32 or float64, or the others are not of real numbers.
    """
    check_numbers(array, *others)
    for other in others:
        if other.shape != array.shape:
            raise AvanpError(
                f"a loss needs arrays of one shape, not {array.shape} and {other.shape}"
            )
    if not -array.ndim <= batch_axis < array.ndim:
        raise AvanpError(f"no batch axis {batch_axis} in an array of shape {array.shape}")
    if array.shape[batch_axis] == 0:
        raise AvanpError(f"the batch is empty: axis {batch_axis} of shape {array.shape}")
    return array.shape[batch_axis]


def check_numbers(array: np.ndarray, *others: np.ndarray) -> None:
    """Raise an `AvanpError` unless the array is of float32 or float64, and the others are real.

    An exponential of whole numbers would be of half precision, or of none.
    """
    if array.dtype not in FLOATS:
        raise AvanpError(f"a loss needs float32 or float64, not {array.dtype}")
    for other in others:
        if other.dtype.kind not in REAL:
            raise AvanpError(f"a loss needs targets of real numbers, not {other.dtype}")
