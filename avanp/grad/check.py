"""Checking derivatives that were written by hand.

In float64, a layer or a loss is compared with central differences along random directions, for a
random cotangent: with a cotangent of ones wrong derivatives pass (a batch norm without its
variance term, for one).
"""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.grad.contract import state_kept
from avanp.grad.report import GradientError, GradReport, Problem, Row
from avanp.grad.scalar import check_scalar, impossible
from avanp.grad.target import of_function, of_layer

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
            return impossible(name, tol, str(problem), raise_on_fail)
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
