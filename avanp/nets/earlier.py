"""Dense nets of earlier checkpoints, which had a bias in front of each batch norm.

It trained on rounding noise: the norm subtracts it again. What it had become is in the running
mean as well, so the same function without it has it taken from there.
"""

from collections.abc import MutableMapping
from itertools import pairwise

import numpy as np

from avanp.layers.base import Layer
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.dense import Dense
from avanp.layers.sequential import Sequential


def dropped_biases(net: Layer) -> dict[str, str]:
    """Return the keys of biases that earlier nets had, and of the running means that had them in.

    ``{"1.b": "2.mean"}`` where layer 1 is a dense one without a bias and layer 2 a batch norm.
    """
    layers = net.layers if isinstance(net, Sequential) else []
    return {
        f"{i}.b": f"{i + 1}.mean"
        for i, (dense, norm) in enumerate(pairwise(layers))
        if isinstance(dense, Dense) and "b" not in dense.params and isinstance(norm, BatchNorm)
    }


def drop_biases(net: Layer, arrays: MutableMapping[str, np.ndarray], prefix: str = "") -> None:
    """Take an earlier net's biases out of its weights; what it computes stays the same.

    Those of today's nets are left as they are. What an optimiser kept of a bias goes too, by
    `dropped_biases`.

    Parameters
    ----------
    net : Layer
        As it is built now.
    arrays : mutable mapping of str to ndarray
        Weights and running moments of a checkpoint, by the net's keys.
    prefix : str
        What stands before the keys, such as "encoder.".
    """
    for bias, mean in dropped_biases(net).items():
        b = arrays.pop(prefix + bias, None)
        moment = arrays.get(prefix + mean)
        if b is not None and moment is not None and moment.shape == b.shape:
            arrays[prefix + mean] = moment - b
