"""A layer, or a net, that gradients pass through and leave as it is."""

from typing import Any

import numpy as np

from avanp.layers.base import Array, Layer, Wrt


class Frozen(Layer):
    """Runs `layer` outside training, always, and gives back its input's cotangent only.

    It has no parameters and no state, so nothing trains them; whoever owns the layer saves it.

    Parameters
    ----------
    layer : Layer
    """

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        self.layer = layer

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Any]:
        """Return what the layer returns with ``train=False``."""
        return self.layer.forward(x, train=False, rng=rng)

    def backward(
        self, dy: Array, cache: Any, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, {})``."""
        if wrt == "params":
            return None, {}
        return self.layer.backward(dy, cache, wrt="input")[0], {}
