"""Penalties on the size of weights."""

from collections.abc import Mapping

import numpy as np

from avanp.losses.batch import check_numbers


def l1_penalty(
    params: Mapping[str, np.ndarray], weight: float
) -> tuple[float, dict[str, np.ndarray]]:
    """Return ``(value, grads)`` of weight Σ |w| over all arrays, grads keyed as `params`.

    The gradient at 0 is 0. Usually the weights are penalised and the biases not: pass what is
    meant.
    """
    for w in params.values():
        check_numbers(w)
    value = sum(float(np.sum(np.abs(w), dtype=np.float64)) for w in params.values())
    return float(weight * value), {key: float(weight) * np.sign(w) for key, w in params.items()}


def l2_penalty(
    params: Mapping[str, np.ndarray], weight: float
) -> tuple[float, dict[str, np.ndarray]]:
    """Return ``(value, grads)`` of weight Σ w² over all arrays, grads keyed as `params`.

    There is no factor 1/2: a weight decay of c is a penalty of weight c / 2.
    """
    for w in params.values():
        check_numbers(w)
    value = sum(float(np.sum(np.square(w), dtype=np.float64)) for w in params.values())
    return float(weight * value), {key: 2.0 * float(weight) * w for key, w in params.items()}
