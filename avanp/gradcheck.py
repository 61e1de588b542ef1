"""Checking derivatives that were written by hand.

In float64, a layer or a loss is compared with central differences along random directions, for a
random cotangent: with a cotangent of ones wrong derivatives pass (a batch norm without its
variance term, for one).
"""

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from avanp.errors import AvanpError
from avanp.gradprobe import Probe
from avanp.gradreport import GradientError, GradReport, Row
from avanp.rng import stream

LAYER = "avanp.layers.base.Layer"

__all__ = ["GradReport", "GradientError", "Row", "check_grad", "check_scalar"]


def check_grad(
    target: Any,
    *inputs: Any,
    seed: int = 0,
    tol: float = 1e-6,
    step: float = 1e-4,
    directions: int = 3,
    raise_on_fail: bool = True,
    train: bool = False,
) -> GradReport:
    """Check the derivatives of a layer, or of a loss, against central differences in float64.

    Parameters
    ----------
    target : Layer or callable
        A layer (`forward` and `backward`, parameters in float64), or a function that returns
        ``(value, *gradients)``, the gradients being those of its first inputs, in order.
    *inputs : array_like
        One for a layer; all the arguments of a function. Taken as float64 copies. Keep them
        away from kinks (a ReLU at 0) by more than a few steps.
    seed : int
        Of the cotangent, of the directions, and of the `rng` that every forward pass gets anew.
    tol : float
        The largest relative error allowed,
        ``|numeric - analytic| / max(|numeric|, |analytic|, what rounding alone can make)``.
    step : float
        Of the central differences, which are Richardson-extrapolated from step and step / 2.
    directions : int
        Random directions over the input and all parameters jointly. One more in each array
        alone keeps large gradients from hiding small ones.
    raise_on_fail : bool
        False to have the report of a failed check instead of the exception.
    train : bool
        Passed to a layer's forward pass.

    Returns
    -------
    GradReport

    Raises
    ------
    GradientError
        Where a derivative is wrong, naming the worst elements; or missing, or misshapen.
    AvanpError
        Where the target or its inputs are not what can be checked.
    """
    try:
        arrays = [np.array(x, dtype=np.float64) for x in inputs]
    except (TypeError, ValueError) as error:
        raise AvanpError(f"check_grad needs inputs that convert to float64: {error}") from None
    name = getattr(target, "__name__", type(target).__name__)
    try:
        if hasattr(target, "forward") and hasattr(target, "backward"):
            if not hasattr(target, "params"):
                raise AvanpError(f"the layer {name} has no params: derive it from {LAYER}")
            scalar = _layer(name, target, arrays, seed, train)
        elif callable(target):
            scalar = _function(target, arrays)
        else:
            raise AvanpError(f"check_grad needs a layer or a function, not {name}")
    except _Problem as problem:
        return _finish(GradReport(name, math.inf, tol, False, (), str(problem)), raise_on_fail)
    return check_scalar(
        scalar.f,
        scalar.arrays,
        scalar.gradients,
        name=name,
        seed=seed,
        tol=tol,
        step=step,
        directions=directions,
        scale=scalar.scale,
        raise_on_fail=raise_on_fail,
    )


def check_scalar(
    f: Callable[[], float],
    arrays: Mapping[str, np.ndarray],
    gradients: Mapping[str, Any],
    *,
    name: str = "function",
    seed: int = 0,
    tol: float = 1e-6,
    step: float = 1e-4,
    directions: int = 3,
    scale: float = 0.0,
    raise_on_fail: bool = True,
) -> GradReport:
    """Check the gradients of a scalar function of arrays that it reads in place.

    Parameters
    ----------
    f : callable
        ``f()`` is the value at the present contents of the arrays, the same value each time.
    arrays : mapping of str to float64 ndarray
        What f depends on. They are moved in place and put back, bit for bit, also where f raises.
    gradients : mapping of str to float64 ndarray, or to an object with ``to_array()``
        Keyed and shaped as `arrays`.
    name : str
        For the report.
    scale : float
        Size of the terms that f sums, where they may cancel: what rounding is relative to.
    seed, tol, step, directions, raise_on_fail
        As for `check_grad`.

    Returns
    -------
    GradReport
    """
    if not (tol > 0 and step > 0):
        raise AvanpError(f"{name}: tol and step must be positive, not {tol} and {step}")
    if not arrays:
        raise AvanpError(f"{name}: there are no arrays to check a gradient of")
    for key, array in arrays.items():
        _require_float64(name, key, array)
    try:
        dense = _dense(arrays, gradients)
    except _Problem as problem:
        return _finish(GradReport(name, math.inf, tol, False, (), str(problem)), raise_on_fail)

    rng = stream(seed, "eval")
    probe = Probe(f, arrays, dense, step, tol, scale)
    whole = [(key, 0, array.size) for key, array in arrays.items()]
    joint = [probe.compare(whole, rng).error for _ in range(directions)]
    alone = {part[0]: probe.compare([part], rng).error for part in whole}
    error = max([*joint, *alone.values()])
    if error <= tol:
        return GradReport(name, error, tol, True)
    worst = probe.worst_elements(max(alone, key=lambda key: alone[key]), rng)
    return _finish(GradReport(name, error, tol, False, worst), raise_on_fail)


class _Problem(Exception):
    """Gradients that cannot be compared at all."""


class _Scalar(NamedTuple):
    """The first arguments of `check_scalar`."""

    f: Callable[[], float]
    arrays: dict[str, np.ndarray]
    gradients: dict[str, Any]
    scale: float


def _layer(name: str, layer: Any, inputs: list[np.ndarray], seed: int, train: bool) -> _Scalar:
    """Return the scalar <cotangent, y> of a layer's output y, the cotangent being random."""
    if len(inputs) != 1:
        raise AvanpError(f"check_grad needs one input for a layer, not {len(inputs)}")
    (x,) = inputs
    for key, array in layer.params.items():
        _require_float64(name, key, array)

    def forward() -> tuple[np.ndarray, Any]:
        # A fresh generator of one seed: the same noise in every pass.
        return layer.forward(x, train=train, rng=stream(seed, "noise"))

    y, cache = forward()
    if y.dtype != np.float64:
        raise _Problem(f"forward turns float64 into {y.dtype}")
    cotangent = stream(seed, "sample").standard_normal(y.shape)
    scale = float(np.linalg.norm(y * cotangent))
    dx, grads = layer.backward(cotangent.copy(), cache)
    arrays = {"input": x, **layer.params}
    gradients = {**({} if dx is None else {"input": dx}), **grads}
    return _Scalar(lambda: float(np.vdot(forward()[0], cotangent)), arrays, gradients, scale)


def _function(function: Callable[..., Any], inputs: list[np.ndarray]) -> _Scalar:
    """Return the scalar that a function returning (value, *gradients) computes."""
    result = function(*inputs)
    if not isinstance(result, tuple) or np.ndim(result[0]) != 0:
        raise _Problem("the function must return (value, *gradients), and the value be a scalar")
    gradients = result[1:]
    if not 1 <= len(gradients) <= len(inputs):
        raise _Problem(f"the function returns {len(gradients)} gradients of {len(inputs)} inputs")
    names = _argument_names(function, len(gradients))
    arrays = dict(zip(names, inputs, strict=False))
    keyed = dict(zip(names, gradients, strict=True))
    return _Scalar(lambda: float(function(*inputs)[0]), arrays, keyed, 0.0)


def _argument_names(function: Callable[..., Any], count: int) -> list[str]:
    """Return what the function calls its first arguments, or numbers where it does not say."""
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    names = [p.name for p in parameters if p.kind in positional]
    return names[:count] if len(names) >= count else [f"input {i}" for i in range(count)]


def _require_float64(name: str, key: str, array: Any) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        what = array.dtype if isinstance(array, np.ndarray) else f"a {type(array).__name__}"
        raise AvanpError(f"{name}: gradients are checked on float64 arrays, and {key!r} is {what}")


def _dense(arrays: Mapping[str, np.ndarray], gradients: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return the gradients as arrays, one for each of `arrays` and of its shape."""
    missing = [key for key in arrays if key not in gradients]
    extra = [key for key in gradients if key not in arrays]
    if missing:
        raise _Problem(f"no gradient was returned for {', '.join(map(repr, missing))}")
    if extra:
        raise _Problem(f"a gradient was returned for {', '.join(map(repr, extra))}, not there")
    dense = {}
    for key, array in arrays.items():
        gradient = gradients[key]
        if hasattr(gradient, "to_array"):
            gradient = gradient.to_array()
        gradient = np.asarray(gradient)
        if gradient.shape != array.shape:
            raise _Problem(f"the gradient of {key!r} has shape {gradient.shape}, not {array.shape}")
        if gradient.dtype != np.float64:
            raise _Problem(f"the gradient of {key!r} is {gradient.dtype}, not float64")
        dense[key] = gradient
    return dense


def _finish(report: GradReport, raise_on_fail: bool) -> GradReport:
    if raise_on_fail and not report.ok:
        raise GradientError(report)
    return report
