"""What an estimator takes: images or rows of a table."""

from typing import Any

import numpy as np

from avanp.data.images import UNIT, ImageSet
from avanp.errors import AvanpError

Array = np.ndarray


def as_array(X: Any, pixel_range: str) -> Array:
    """Return checked images (N, H, W, C) or rows (N, n_features): uint8, or finite float32.

    Parameters
    ----------
    X : array-like or ImageSet
        Under "unit" uint8 or floats in [0, 1]; under "real" any real numbers.

    Raises
    ------
    AvanpError
        For anything else, with what would be right.
    TypeError
        For objects that are not numbers.
    """
    if isinstance(X, ImageSet):
        unit = pixel_range == "unit" and tuple(X.value_range) == UNIT
        X = X.images if unit else X.as_float()
    if hasattr(X, "toarray"):
        raise AvanpError("sparse data is not supported: pass X.toarray()")
    x = np.asarray(X)
    if np.iscomplexobj(x):
        raise AvanpError("Complex data not supported: X must be real numbers")
    if x.dtype == object:
        x = _numbers(x)
    _check_shape(x)
    if x.dtype == np.uint8 and (pixel_range == "unit" or x.ndim == 4):
        return x
    real = (np.floating,) if pixel_range == "unit" else (np.floating, np.integer, np.bool_)
    if not any(np.issubdtype(x.dtype, kind) for kind in real):
        wanted = "uint8, or floating point in [0, 1]" if pixel_range == "unit" else "real numbers"
        raise AvanpError(f"X must be {wanted}, not {x.dtype}")
    with np.errstate(over="ignore"):
        x = x.astype(np.float32, copy=False)
    low, high = float(x.min()), float(x.max())
    if not np.isfinite(low + high):
        raise AvanpError("X has values that are not finite in float32 (NaN or infinity)")
    if pixel_range == "unit" and low < 0:
        raise AvanpError(f"Negative values in data: X must be in [0, 1], and has {low:g}")
    if pixel_range == "unit" and high > 1:
        raise AvanpError("X must have values in [0, 1] (or be uint8); divide bytes by 255")
    return x


def to_images(x: Array) -> Array:
    """Return an array of `as_array` as images (N, H, W, C): a row of a table is (1, n, 1)."""
    return x[:, None, :, None] if x.ndim == 2 else x


def _numbers(x: Array) -> Array:
    try:
        return x.astype(np.float64)
    except ValueError as error:
        raise AvanpError(f"X must be numbers: {error}") from None
    except TypeError:
        if any(type(value).__name__ == "NAType" for value in x.flat):  # pandas'
            raise AvanpError(
                "X has missing values (pd.NA): fill them, or leave their rows out"
            ) from None
        raise


def _check_shape(x: Array) -> None:
    if x.ndim == 1:
        raise AvanpError(
            f"X must be (N, H, W, C) or (N, n_features), not {x.shape}. Reshape your data: "
            "X[None] is one row, X[:, None] one feature"
        )
    if x.ndim == 3:
        raise AvanpError(
            f"X must be (N, H, W, C) or (N, n_features), not {x.shape}: "
            "use X[None] for one image, X[..., None] for grey ones"
        )
    if x.ndim not in (2, 4):
        raise AvanpError(f"X must be (N, H, W, C) or (N, n_features), not {x.shape}")
    if len(x) == 0:
        raise AvanpError(f"X holds no images: its shape is {x.shape}")
    if x.ndim == 2 and x.shape[1] == 0:
        raise AvanpError(f"0 feature(s) (shape={x.shape}) while a minimum of 1 is required.")
    if x.size == 0:
        raise AvanpError(f"X holds no pixels: its shape is {x.shape}")
    if x.ndim == 4 and x.shape[1] in (1, 3) and x.shape[3] > 4:
        raise AvanpError(f"X of shape {x.shape} looks like channels first: X.transpose(0, 2, 3, 1)")


def check_same(x: Array, shape: tuple[int, ...], owner: str) -> None:
    """Raise an `AvanpError` unless each of `x` has the fitted `shape`."""
    if x.shape[1:] == shape:
        return
    if x.ndim == 2 and len(shape) == 1:
        raise AvanpError(
            f"X has {x.shape[1]} features, but {owner} is expecting {shape[0]} features as input"
        )
    raise AvanpError(f"images must be (n, {', '.join(map(str, shape))}), not {x.shape}")
