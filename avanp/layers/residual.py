"""Residual connections."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.container import Container, joined
from avanp.layers.identity import Identity


class Residual(Container):
    """``y = shortcut(x) + body(x)`` (He et al. 2016); parameters ``"body.…"``, ``"shortcut.…"``.

    Parameters
    ----------
    body : Layer
        See `avanp.layers.residual_blocks` for two that are common.
    shortcut : Layer, optional
        Where the body changes the shape, such as a 1×1 convolution; the identity by default.
    """

    def __init__(self, body: Layer, shortcut: Layer | None = None) -> None:
        self.body = body
        self.shortcut = Identity() if shortcut is None else shortcut

    @property
    def children(self) -> dict[str, Layer]:
        """The layers by name."""
        return {"body": self.body, "shortcut": self.shortcut}

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[Any, Any]]:
        """Return y and the two caches."""
        y, body_cache = self.body.forward(x, train=train, rng=rng)
        short, short_cache = self.shortcut.forward(x, train=train, rng=rng)
        if y.shape != short.shape:
            raise AvanpError(
                f"the body of a residual gives {y.shape} and its shortcut {short.shape}: "
                "give it a shortcut of the body's shape"
            )
        return short + y, (body_cache, short_cache)

    def backward(
        self, dy: Array, cache: tuple[Any, Any], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx, the sum of both paths, and the gradients of both."""
        body_dx, body_grads = self.body.backward(dy, cache[0], wrt=wrt)
        short_dx, short_grads = self.shortcut.backward(dy, cache[1], wrt=wrt)
        dx = None if body_dx is None or short_dx is None else short_dx + body_dx
        return dx, joined({"body": body_grads, "shortcut": short_grads})
