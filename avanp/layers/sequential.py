"""Layers one after another."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from avanp.layers.base import Array, Layer, Wrt


class Sequential(Layer):
    """Layers one after another; parameters are keyed ``"0.W"``, ``"0.b"``, ``"2.W"``, …

    The cache is the list of the layers' caches, in order.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    @property
    def params(self) -> dict[str, Any]:  # type: ignore[override]
        """The layers' own arrays, not copies."""
        return {f"{i}.{k}": v for i, layer in enumerate(self) for k, v in layer.params.items()}

    @property
    def state(self) -> dict[str, Array]:  # type: ignore[override]
        """The layers' own arrays, not copies."""
        return {f"{i}.{k}": v for i, layer in enumerate(self) for k, v in layer.state.items()}

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, list[Any]]:
        """Return the last layer's output and the list of caches."""
        caches = []
        for layer in self.layers:
            x, cache = layer.forward(x, train=train, rng=rng)
            caches.append(cache)
        return x, caches

    def backward(
        self, dy: Array, cache: list[Any], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx and the gradients of every layer."""
        grads: dict[str, Any] = {}
        dx: Array | None = dy
        for i in reversed(range(len(self.layers))):
            # Below the first layer nobody asks for an input's cotangent.
            here: Wrt = "both" if wrt == "params" and i > 0 else wrt
            assert dx is not None
            dx, layer_grads = self.layers[i].backward(dx, cache[i], wrt=here)
            grads.update({f"{i}.{k}": g for k, g in layer_grads.items()})
        return dx, grads
