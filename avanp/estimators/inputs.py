"""What an estimator takes: images or rows of a table."""

import warnings
from typing import Any

import numpy as np

from avanp.data.images import UNIT, ImageSet
from avanp.data.named import DARK
from avanp.errors import AvanpError

Array = np.ndarray
FAR = 0.2  # images further out of [0, 1] than this are bytes, or of another scale


def as_array(X: Any, pixel_range: str, *, fitted: bool = False, real: str = "") -> Array:
    """Return checked images (N, H, W[, C]) or rows (N, n_features): uint8, or finite float32.

    Parameters
    ----------
    X : array-like or ImageSet
        Under "unit" uint8, bool or floats in [0, 1]; under "real" any real numbers.
    pixel_range : {"unit", "real"}
    fitted : bool
        Whether it is for a model that is there: values out of [0, 1] are then clipped, with a
        warning, as a held-out part of a scaled table has some.
    real : str
        The parameters that take any numbers, for messages; empty where there are none.

    Raises
    ------
    AvanpError, TypeError
        For anything else, with what would be right; for objects that are not numbers.
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
    if x.dtype == np.uint8 and pixel_range == "unit":
        _check_bytes(x, fitted)
        return x
    if x.dtype == np.uint8 and x.ndim > 2:
        raise AvanpError(
            "pixel_range='real' takes floats, not bytes: give X / 255, or leave pixel_range out"
        )
    real_kinds = (np.floating, np.bool_, *([np.integer] if pixel_range == "real" else []))
    if not any(np.issubdtype(x.dtype, kind) for kind in real_kinds):
        wanted = "uint8, or floating point in [0, 1]" if pixel_range == "unit" else "real numbers"
        raise AvanpError(f"X must be {wanted}, not {x.dtype}")
    with np.errstate(over="ignore"):
        x = x.astype(np.float32, copy=False)
    low, high = float(x.min()), float(x.max())
    if not np.isfinite(low + high):
        raise AvanpError("X has values that are not finite in float32 (NaN or infinity)")
    if pixel_range == "real" or (low >= 0 and high <= 1):
        return x
    if not fitted or (x.ndim > 2 and max(-low, high - 1) > FAR):
        raise AvanpError(_out_of_unit(low, high, x.ndim == 2, real))
    warnings.warn(
        f"X has values in [{low:.4g}, {high:.4g}], and the model was fitted to [0, 1]: "
        "they are clipped",
        UserWarning,
        stacklevel=4,
    )
    return np.clip(x, 0, 1)


def _check_bytes(x: Array, fitted: bool) -> None:
    """Refuse bytes whose white is not 255, which are divided by 255: all of them would be black."""
    most = int(x.max())
    if not 0 < most <= DARK:
        return
    said = f"no value of X, which is uint8, is above {most}, and bytes are divided by 255"
    if fitted:  # one dark image is nothing strange
        warnings.warn(said, UserWarning, stacklevel=5)
        return
    asked = "X.astype(bool)" if most == 1 else f"X / {most}"
    raise AvanpError(f"{said}: give {asked} if {most} means white, X / 255 if X is so dark")


def _out_of_unit(low: float, high: float, table: bool, real: str) -> str:
    begin = "Negative values in data: " if low < 0 else ""
    told = f"goes down to {low:.4g}" if low < 0 else f"goes up to {high:.4g}"
    if table:
        other = f", or give {real} for columns of any numbers, such as StandardScaler's"
        scale = f"scale its columns (MinMaxScaler){other * bool(real)}"
        return f"{begin}X must have values in [0, 1], and {told}: {scale}"
    scale = "divide bytes by 255" if DARK < high <= 255 else "divide by what white is"
    scale = "X / 2 + 0.5 if it is in [-1, 1]" if low < 0 else scale
    return f"{begin}X must have values in [0, 1] (or be uint8), and {told}: {scale}"


def to_images(x: Array) -> Array:
    """Return an array of `as_array` as images (N, H, W, C): a row of a table is (1, n, 1)."""
    grey = x[..., None] if x.ndim == 3 else x
    return x[:, None, :, None] if x.ndim == 2 else grey


def _numbers(x: Array) -> Array:
    try:
        return x.astype(np.float64)
    except ValueError as error:
        raise AvanpError(f"X must be numbers: {error}") from None
    except TypeError:
        if not any(type(value).__name__ == "NAType" for value in x.flat):  # pandas'
            raise
        said = "X has missing values (pd.NA): fill them, or leave their rows out"
        raise AvanpError(said) from None


def _check_shape(x: Array) -> None:
    if x.ndim == 1:
        raise AvanpError(
            f"X must be (N, H, W, C) or (N, n_features), not {x.shape}. Reshape your data: "
            "X[None] is one row, X[:, None] one feature"
        )
    if x.ndim == 3 and x.shape[2] in (1, 3, 4) and x.shape[1] != x.shape[2]:
        raise AvanpError(
            f"X must be (N, H, W, C) or (N, n_features), and {x.shape} looks like one image: "
            "use X[None], or X[..., None] for grey ones that are so narrow"
        )
    if x.ndim not in (2, 3, 4):
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
    """Raise an `AvanpError` unless each of `x` has the fitted `shape`; grey may be (H, W[, 1])."""
    grey = (*shape, 1) if len(shape) == 2 else shape
    if x.shape[1:] == shape or (x.ndim > 2 and to_images(x).shape[1:] == grey):
        return
    if x.ndim == 2 and len(shape) == 1:
        expected = f"{owner} is expecting {shape[0]} features as input"
        raise AvanpError(f"X has {x.shape[1]} features, but {expected}")
    what = "rows" if len(shape) == 1 else "images"
    raise AvanpError(f"{what} must be (n, {', '.join(map(str, shape))}), not {x.shape}")
