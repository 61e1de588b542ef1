"""A layer, or a net, that gradients pass through and leave as it is."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt


class Frozen(Layer):
    """Runs `layer` outside training, always, and gives back its input's cotangent only.

    It has no parameters, so nothing trains them: the layer's, and its state, are `state` here,
    under the layer's own keys, which a checkpoint of the layer alone has too.

    Parameters
    ----------
    layer : Layer
        Without a `FactoredWeight`, which is no array.

    Raises
    ------
    AvanpError
        At a layer with a factored weight.
    """

    def __init__(self, layer: Layer) -> None:
        for key, weight in layer.params.items():
            if not isinstance(weight, np.ndarray):
                raise AvanpError(f"{key} is a factored weight: freeze a Dense(factored=False)")
        self.layer = layer

    @property
    def params(self) -> dict[str, Any]:  # type: ignore[override]
        """Empty."""
        return {}

    @property
    def state(self) -> dict[str, Array]:  # type: ignore[override]
        """All arrays of the layer, not copies."""
        return {**self.layer.params, **self.layer.state}

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
