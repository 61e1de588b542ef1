"""Layers one after another."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent
from avanp.layers.container import Container, joined


class Sequential(Container):
    """Layers one after another; parameters are keyed ``"0.W"``, ``"0.b"``, ``"2.W"``, …

    The cache is the list of the layers' caches, in order.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    @property
    def children(self) -> dict[str, Layer]:
        """The layers by name."""
        return {str(i): layer for i, layer in enumerate(self.layers)}

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, list[Any]]:
        """Return the last layer's output and the list of caches."""
        y, _, caches = self.forward_taps(x, (), train=train, rng=rng)
        return y, caches

    def backward(
        self, dy: Array, cache: list[Any], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx and the gradients of every layer."""
        return self.backward_taps(dy, {}, cache, wrt=wrt)

    def forward_taps(
        self,
        x: Array,
        taps: Collection[int],
        *,
        train: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple[Array, dict[int, Array], list[Any]]:
        """Return the output, the outputs of the layers numbered in `taps`, and the caches.

        Parameters
        ----------
        x : ndarray (B, ...)
        taps : collection of int
            Layers by number, from 0.
        train, rng
            As for `Layer.forward`; both are passed to every layer.
        """
        self._check_taps(taps)
        caches = []
        tapped = {}
        for i, layer in enumerate(self.layers):
            x, cache = layer.forward(x, train=train, rng=rng)
            caches.append(cache)
            if i in taps:
                tapped[i] = x
        return x, tapped, caches

    def backward_taps(
        self, dy: Array, dtaps: Mapping[int, Array], cache: list[Any], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx and the gradients where a loss reads the output and some layers' outputs.

        Parameters
        ----------
        dy : ndarray
            The cotangent of the net's output.
        dtaps : mapping of int to ndarray
            Cotangents of layers' outputs, by the layers' numbers; each is added on the way down
            and has its output's shape and dtype.
        cache : list
            What the forward pass returned.
        wrt : {"both", "input", "params"}
            As for `Layer.backward`.

        Raises
        ------
        AvanpError
            At a layer that is not there, or a cotangent of another shape.
        """
        self._check_taps(dtaps)
        # Below the first layer that trains, nobody asks for an input's cotangent.
        first = self._first_trained() if wrt == "params" else 0
        grads: dict[str, dict[str, Any]] = {}
        dx: Array | None = dy
        for i in reversed(range(first, len(self.layers))):
            assert dx is not None
            if i in dtaps:
                check_cotangent(self.layers[i], dtaps[i], dx.shape, dx.dtype)
                dx = dx + dtaps[i]
            here: Wrt = "both" if wrt == "params" and i > first else wrt
            dx, grads[str(i)] = self.layers[i].backward(dx, cache[i], wrt=here)
        return (None if wrt == "params" else dx), joined(grads)

    def _check_taps(self, taps: Iterable[int]) -> None:
        for tap in taps:
            if not 0 <= tap < len(self.layers):
                raise AvanpError(f"no layer {tap} to tap in a net of {len(self.layers)} layers")

    def _first_trained(self) -> int:
        """Return the number of the first layer with parameters, or how many layers there are."""
        trained = (i for i, layer in enumerate(self.layers) if layer.params)
        return next(trained, len(self.layers))
