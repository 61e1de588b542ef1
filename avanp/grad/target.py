"""The scalar function that stands for a layer or a loss in a check of derivatives."""

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from avanp.errors import AvanpError
from avanp.grad.contract import checked_backward, checked_forward, unchanged
from avanp.grad.report import Problem
from avanp.rng import stream


class Scalar(NamedTuple):
    """The first arguments of `check_scalar`."""

    f: Callable[[], float]
    arrays: dict[str, np.ndarray]
    gradients: dict[str, Any]
    scale: float


def of_layer(name: str, layer: Any, inputs: list[np.ndarray], seed: int, train: bool) -> Scalar:
    """Return the scalar <cotangent, y> of a layer's output y, the cotangent being random.

    Parameters
    ----------
    name : str
        Of the layer, for messages.
    layer : Layer
    inputs : list of ndarray
        One array, float64.
    seed : int
        Of the cotangent, and of the rng of every pass.
    train : bool
        Passed to the forward pass.
    """
    if len(inputs) != 1:
        raise AvanpError(f"check_grad needs one input for a layer, not {len(inputs)}")
    (x,) = inputs
    for key, array in layer.params.items():
        require_float64(name, key, array)

    def noise() -> np.random.Generator:
        # A fresh generator of one seed: the same noise in every pass.
        return stream(seed, "noise")

    y, cache = checked_forward(layer, x, train=train, rng=noise())
    if y.dtype != np.float64:
        raise Problem(f"forward turns float64 into {y.dtype}")
    cotangent = stream(seed, "sample").standard_normal(y.shape)
    scale = float(np.linalg.norm(y * cotangent))
    dx, grads = checked_backward(layer, x, y, cache, cotangent.copy())
    arrays = {"input": x, **layer.params}
    gradients = {**({} if dx is None else {"input": dx}), **grads}

    def f() -> float:
        return float(np.vdot(layer.forward(x, train=train, rng=noise())[0], cotangent))

    return Scalar(f, arrays, gradients, scale)


def of_function(function: Callable[..., Any], inputs: list[np.ndarray]) -> Scalar:
    """Return the scalar that a function returning (value, *gradients) computes."""
    before = [x.copy() for x in inputs]
    result = function(*inputs)
    if not all(map(unchanged, inputs, before)):
        raise Problem("the function writes into its arguments: leave them as they are")
    if not isinstance(result, tuple) or np.ndim(result[0]) != 0:
        raise Problem("the function must return (value, *gradients), and the value be a scalar")
    gradients = result[1:]
    if not 1 <= len(gradients) <= len(inputs):
        raise Problem(f"the function returns {len(gradients)} gradients of {len(inputs)} inputs")
    names = _argument_names(function, len(gradients))
    arrays = dict(zip(names, inputs, strict=False))
    keyed = dict(zip(names, gradients, strict=True))
    return Scalar(lambda: float(function(*inputs)[0]), arrays, keyed, 0.0)


def _argument_names(function: Callable[..., Any], count: int) -> list[str]:
    """Return what the function calls its first arguments, or numbers where it does not say."""
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    names = [p.name for p in parameters if p.kind in positional]
    return names[:count] if len(names) >= count else [f"input {i}" for i in range(count)]


def require_float64(name: str, key: str, array: Any) -> None:
    """Raise an `AvanpError` for anything but a float64 array."""
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        what = array.dtype if isinstance(array, np.ndarray) else f"a {type(array).__name__}"
        raise AvanpError(f"{name}: gradients are checked on float64 arrays, and {key!r} is {what}")
