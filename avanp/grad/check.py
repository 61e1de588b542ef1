"""Checking derivatives that were written by hand.

In float64, a layer or a loss is compared with central differences along random directions, for a
random cotangent: with a cotangent of ones wrong derivatives pass (a batch norm without its
variance term, for one).
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.grad.contract import as_array, state_kept
from avanp.grad.probe import Probe
from avanp.grad.report import GradientError, GradReport, Problem, Row
from avanp.grad.target import of_function, of_layer, require_float64
from avanp.rng import stream

LAYER = "avanp.layers.base.Layer"
# A check that cannot see relative errors of this many times its tol is no check.
BLIND = 100

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
        Of the central differences, which are Richardson-extrapolated from step and step / 2; of
        an array whose elements are all below 1, relative to the largest.
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
        Where a derivative is wrong, naming the worst elements; or missing, or misshapen; where a
        layer's three `wrt` disagree or a pass writes into what is not its own; and where the
        value is so much larger than a derivative that its rounding hides what is wrong.
    AvanpError
        Where the target or its inputs are not what can be checked.
    """
    try:
        arrays = [np.array(x, dtype=np.float64) for x in inputs]
    except (TypeError, ValueError) as error:
        raise AvanpError(f"check_grad needs inputs that convert to float64: {error}") from None
    name = getattr(target, "__name__", type(target).__name__)
    with state_kept(target):
        try:
            if hasattr(target, "forward") and hasattr(target, "backward"):
                if not hasattr(target, "params"):
                    raise AvanpError(f"the layer {name} has no params: derive it from {LAYER}")
                scalar = of_layer(name, target, arrays, seed, train)
            elif callable(target):
                scalar = of_function(target, arrays)
            else:
                raise AvanpError(f"check_grad needs a layer or a function, not {name}")
        except Problem as problem:
            return _impossible(name, tol, str(problem), raise_on_fail)
        return check_scalar(
            *scalar[:3],
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
        require_float64(name, key, array)
    try:
        dense = _dense(arrays, gradients)
    except Problem as problem:
        return _impossible(name, tol, str(problem), raise_on_fail)

    rng = stream(seed, "eval")
    probe = Probe(f, arrays, dense, step, tol, scale)
    whole = [(key, 0, array.size) for key, array in arrays.items()]
    joint = [probe.compare(whole, rng) for _ in range(directions)]
    alone = {part[0]: probe.compare([part], rng) for part in whole}
    error = max(c.error for c in [*joint, *alone.values()])
    if error > tol:
        worst = probe.worst_elements(max(alone, key=lambda key: alone[key].error), rng)
        return _finish(GradReport(name, error, tol, False, worst), raise_on_fail)
    hidden = max(alone, key=lambda key: alone[key].blind)
    if alone[hidden].blind > BLIND * tol:
        why = (
            f"cannot tell whether the gradient of {hidden!r} is right: f is so much larger that "
            f"its rounding hides relative errors up to {alone[hidden].blind:.0e}; "
            "subtract a constant from f, or scale it, or take a larger step or tol"
        )
        return _impossible(name, tol, why, raise_on_fail)
    return GradReport(name, error, tol, True)


def _dense(arrays: Mapping[str, np.ndarray], gradients: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return the gradients as arrays, one for each of `arrays` and of its shape."""
    missing = [key for key in arrays if key not in gradients]
    extra = [key for key in gradients if key not in arrays]
    if missing:
        raise Problem(f"no gradient was returned for {', '.join(map(repr, missing))}")
    if extra:
        raise Problem(f"a gradient was returned for {', '.join(map(repr, extra))}, not there")
    dense = {}
    for key, array in arrays.items():
        gradient = as_array(gradients[key])
        if gradient.shape != array.shape:
            raise Problem(f"the gradient of {key!r} has shape {gradient.shape}, not {array.shape}")
        if gradient.dtype != np.float64:
            raise Problem(f"the gradient of {key!r} is {gradient.dtype}, not float64")
        dense[key] = gradient
    return dense


def _finish(report: GradReport, raise_on_fail: bool) -> GradReport:
    if raise_on_fail and not report.ok:
        raise GradientError(report)
    return report


def _impossible(name: str, tol: float, problem: str, raise_on_fail: bool) -> GradReport:
    return _finish(GradReport(name, math.inf, tol, False, (), problem), raise_on_fail)
