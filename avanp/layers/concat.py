"""Branches side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_cotangent
from avanp.layers.container import Container, joined


class Concat(Container):
    """Every branch gets x, and their outputs are joined along the last axis.

    With an `Identity` among the branches it is a skip connection. Parameters are keyed ``"0.W"``,
    ``"1.W"``, … The cache is the widths of the outputs and the branches' caches.
    """

    def __init__(self, branches: Sequence[Layer]) -> None:
        self.branches = list(branches)
        if not self.branches:
            raise AvanpError("a Concat needs at least one branch")

    @property
    def children(self) -> dict[str, Layer]:
        """The layers by name."""
        return {str(i): branch for i, branch in enumerate(self.branches)}

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[list[int], list[Any]]]:
        """Return the outputs joined, (..., sum of the widths), and the cache."""
        outputs, caches = [], []
        for branch in self.branches:
            y, cache = branch.forward(x, train=train, rng=rng)
            outputs.append(y)
            caches.append(cache)
        if len({y.shape[:-1] for y in outputs}) > 1:
            shapes = ", ".join(str(y.shape) for y in outputs)
            raise AvanpError(f"branches to be joined may differ in their last axis only: {shapes}")
        return np.concatenate(outputs, axis=-1), ([y.shape[-1] for y in outputs], caches)

    def backward(
        self, dy: Array, cache: tuple[list[int], list[Any]], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx, the sum over the branches, and the gradients of every branch."""
        widths, caches = cache
        dx: Array | None = None
        grads = {}
        check_cotangent(self, dy, (*dy.shape[:-1], sum(widths)))
        parts = np.split(dy, np.cumsum(widths)[:-1], axis=-1)
        for i, (branch, part) in enumerate(zip(self.branches, parts, strict=True)):
            branch_dx, grads[str(i)] = branch.backward(
                np.ascontiguousarray(part), caches[i], wrt=wrt
            )
            if branch_dx is not None:
                dx = branch_dx if dx is None else dx + branch_dx
        return dx, joined(grads)
