"""Checking the gradients of a scalar function of arrays."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.grad.contract import as_array
from avanp.grad.probe import Probe
from avanp.grad.report import GradientError, GradReport, Problem
from avanp.grad.target import require_float64
from avanp.rng import stream

# A check that cannot see relative errors of this many times its tol is no check.
BLIND = 100


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
        return impossible(name, tol, str(problem), raise_on_fail)

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
        return impossible(name, tol, why, raise_on_fail)
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


def impossible(name: str, tol: float, problem: str, raise_on_fail: bool) -> GradReport:
    """Return, or raise, the report of a check that could not be made.

    Parameters
    ----------
    name, tol, raise_on_fail
        As of `check_scalar`.
    problem : str
        Why not.
    """
    return _finish(GradReport(name, math.inf, tol, False, (), problem), raise_on_fail)
