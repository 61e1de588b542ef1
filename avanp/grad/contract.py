"""What a layer's passes owe to their callers, checked before its derivatives are."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from avanp.grad.report import Problem

# Two ways to one gradient may differ by rounding.
SAME = 1e-12


@contextmanager
def state_kept(layer: Any) -> Iterator[None]:
    """Put a layer's state back as it was, such as running moments that training moves."""
    before = [(array, array.copy()) for array in getattr(layer, "state", {}).values()]
    try:
        yield
    finally:
        for array, old in before:
            array[...] = old


def checked_forward(layer: Any, x: np.ndarray, **options: Any) -> tuple[np.ndarray, Any]:
    """Return ``(y, cache)``; a forward pass that writes into x is a `Problem`."""
    before = x.copy()
    y, cache = layer.forward(x, **options)
    if not unchanged(x, before):
        raise Problem("forward writes into its input: leave x as it is")
    return y, cache


def checked_backward(
    layer: Any, x: np.ndarray, y: np.ndarray, cache: Any, dy: np.ndarray
) -> tuple[np.ndarray | None, dict[str, Any]]:
    """Return ``(dx, grads)``, the same whichever of them is asked for.

    Parameters
    ----------
    layer : Layer
    x, y : ndarray
        Input and output of the pass.
    cache
        What it returned beside y.
    dy : ndarray
        The cotangent of y.

    Raises
    ------
    Problem
        Where a pass returns what it was not asked for, returns something else when less is asked
        for, or writes into dy, the cache, x, y or a parameter.
    """
    held = [("dy", dy), ("x", x), ("y", y), *(("its cache", a) for a in _arrays(cache))]
    held += [(f"the parameter {key!r}", a) for key, a in layer.params.items()]
    before = [array.copy() for _, array in held]
    results = {}
    for wrt in ("both", "input", "params"):
        results[wrt] = layer.backward(dy, cache, wrt=wrt)
        for (what, array), old in zip(held, before, strict=True):
            if not unchanged(array, old):
                raise Problem(f"backward(wrt={wrt!r}) writes into {what}: leave it as it is")
    dx, grads = results["both"]
    only_dx, no_grads = results["input"]
    no_dx, only_grads = results["params"]
    if no_dx is not None:
        raise Problem("backward(wrt='params') returns a dx: it must be None there")
    if no_grads:
        raise Problem("backward(wrt='input') returns gradients of parameters: it must be {} there")
    if not _same(dx, only_dx):
        raise Problem("dx is another with wrt='input' than with wrt='both'")
    if set(grads) != set(only_grads):
        raise Problem("gradients of other parameters with wrt='params' than with wrt='both'")
    for key, gradient in grads.items():
        if not _same(gradient, only_grads[key]):
            raise Problem(f"the gradient of {key!r} is another with wrt='params' than with 'both'")
    return dx, grads


def as_array(gradient: Any) -> np.ndarray:
    """Return a gradient or a weight as an array; one kept as factors is multiplied out."""
    return np.asarray(gradient.to_array() if hasattr(gradient, "to_array") else gradient)


def _same(a: Any, b: Any) -> bool:
    """Tell whether two gradients agree but for rounding."""
    if a is None or b is None:
        return a is b
    a, b = as_array(a), as_array(b)
    if a.shape != b.shape:
        return False
    return unchanged(a, b) or bool(np.abs(a - b).max() <= SAME * np.abs(a).max())


def unchanged(a: np.ndarray, b: np.ndarray) -> bool:
    """Tell whether two arrays are equal, with NaN equal to itself."""
    return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def _arrays(cache: Any) -> Iterator[np.ndarray]:
    """Yield the arrays in lists, tuples and dictionaries."""
    if isinstance(cache, np.ndarray):
        yield cache
    elif isinstance(cache, Mapping):
        yield from _arrays(list(cache.values()))
    elif isinstance(cache, list | tuple):
        for part in cache:
            yield from _arrays(part)
