"""Layers one after another."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent
from avanp.layers.container import Container, joined
from avanp.layers.leaky_relu import LeakyReLU
from avanp.layers.relu import ReLU


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
        caches: list[Any] = []
        tapped = {}
        for i, slope in self._passes(taps):
            x, cache = self.layers[i].forward(x, train=train, rng=rng, **_with(slope))
            # What a rectifier keeps is its output.
            caches += [cache] if slope is None else [cache, x]
            if len(caches) - 1 in taps:
                tapped[len(caches) - 1] = x
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
        for i, slope in reversed(self._passes(dtaps)):
            if i < first:
                break
            assert dx is not None
            last = i if slope is None else i + 1
            if last in dtaps:
                check_cotangent(self.layers[last], dtaps[last], dx.shape, dx.dtype)
                dx = dx + dtaps[last]
            here: Wrt = "both" if wrt == "params" and i > first else wrt
            dx, grads[str(i)] = self.layers[i].backward(dx, cache[i], wrt=here, **_with(slope))
        return (None if wrt == "params" else dx), joined(grads)

    def _passes(self, taps: Collection[int]) -> list[tuple[int, float | None]]:
        """Return the layers by number, in order, and with each the slope of what it rectifies by.

        A rectifier after a layer whose kernel can do it is done there, unless what is between is
        tapped.
        """
        found: list[tuple[int, float | None]] = []
        i = 0
        while i < len(self.layers):
            after = self.layers[i + 1] if i + 1 < len(self.layers) else None
            # A subclass may compute something else: it says again that it rectifies.
            done = vars(type(self.layers[i])).get("rectifies", False) and i not in taps
            rectifier = after if type(after) is ReLU or type(after) is LeakyReLU else None
            slope = rectifier.slope if done and rectifier is not None else None
            found.append((i, slope))
            i += 1 if slope is None else 2
        return found

    def _check_taps(self, taps: Iterable[int]) -> None:
        for tap in taps:
            if not 0 <= tap < len(self.layers):
                raise AvanpError(f"no layer {tap} to tap in a net of {len(self.layers)} layers")

    def _first_trained(self) -> int:
        """Return the number of the first layer with parameters, or how many layers there are."""
        trained = (i for i, layer in enumerate(self.layers) if layer.params)
        return next(trained, len(self.layers))


def _with(slope: float | None) -> dict[str, Any]:
    return {} if slope is None else {"slope": slope}
