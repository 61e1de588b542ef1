"""From the error at a net's outputs to its new weights."""

from typing import Any

import numpy as np

from avanp.layers.sequential import Sequential
from avanp.optim.update import add_scaled

Array = np.ndarray


def ascend(
    net: Sequential, e: Array, cache: list[Any], scale: float, *, through_updated: bool = False
) -> None:
    """Ordinary back-propagation of e, applied: ``db = scale e``, ``dW = scale e h^T``.

    Parameters
    ----------
    e : array (C, B, n_out)
        Error at the output neurons, the output's derivative included (`avanp.ava.equations`).
    scale : float
        The learning rate gamma over the number of images.
    through_updated : bool
        Send the error below a layer through the layer's already updated weights, as the program
        does; otherwise through the weights it has at this call.
    """
    dy = e
    # The output activation is not passed: e holds its derivative.
    below_output = list(zip(net.layers, cache, strict=True))[:-1]
    for i, (layer, c) in reversed(list(enumerate(below_output))):
        lowest = i == 0
        if not layer.params:
            dx, _ = layer.backward(dy, c, wrt="input")
        elif through_updated:
            _, grads = layer.backward(dy, c, wrt="params")
            add_scaled(layer.params, grads, scale)
            dx = None if lowest else layer.backward(dy, c, wrt="input")[0]
        else:
            dx, grads = layer.backward(dy, c, wrt="params" if lowest else "both")
            add_scaled(layer.params, grads, scale)
        if dx is not None:
            dy = dx
