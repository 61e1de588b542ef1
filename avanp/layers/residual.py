"""Residual connections."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.kernels import kernel
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.batch_norm import BatchNorm
from avanp.layers.container import Container, joined
from avanp.layers.identity import Identity
from avanp.layers.sequential import Sequential


class Residual(Container):
    """``y = shortcut(x) + body(x)`` (He et al. 2016); parameters ``"body.…"``, ``"shortcut.…"``.

    Parameters
    ----------
    body : Layer
        See `avanp.layers.residual_blocks` for two that are common.
    shortcut : Layer, optional
        Where the body changes the shape, such as a 1×1 convolution; the identity by default.
    """

    rectifies = True

    def __init__(self, body: Layer, shortcut: Layer | None = None) -> None:
        self.body = body
        self.shortcut = Identity() if shortcut is None else shortcut

    @property
    def children(self) -> dict[str, Layer]:
        """The layers by name."""
        return {"body": self.body, "shortcut": self.shortcut}

    def forward(
        self,
        x: Array,
        *,
        train: bool = False,
        rng: np.random.Generator | None = None,
        slope: float = 1.0,
    ) -> tuple[Array, tuple[Any, Any, Array]]:
        """Return y, and the two caches with y.

        `slope` is that of a rectifier after the sum, 0 for a ReLU, 1 for none. A batch norm at the
        body's end adds and rectifies in the pass that writes it.
        """
        body, norm = _without_norm(self.body)
        y, body_cache = body.forward(x, train=train, rng=rng)
        short, short_cache = self.shortcut.forward(x, train=train, rng=rng)
        if y.shape != short.shape:
            raise AvanpError(
                f"the body of a residual gives {y.shape} and its shortcut {short.shape}: "
                "give it a shortcut of the body's shape"
            )
        if norm is not None:
            y, norm_cache = norm.forward(y, train=train, slope=slope, add=short)
            body_cache = [*body_cache, norm_cache]
        else:
            y = short + y
            y = kernel("leaky_relu")(y, slope) if slope < 1 else y
        return y, (body_cache, short_cache, y)

    def backward(
        self,
        dy: Array,
        cache: tuple[Any, Any, Array],
        *,
        wrt: Wrt = "both",
        slope: float = 1.0,
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return dx, the sum of both paths, and the gradients of both."""
        if slope < 1:
            dy = kernel("leaky_relu_backward")(dy, cache[2], slope)
        body_dx, body_grads = self.body.backward(dy, cache[0], wrt=wrt)
        short_dx, short_grads = self.shortcut.backward(dy, cache[1], wrt=wrt)
        dx = None if body_dx is None or short_dx is None else short_dx + body_dx
        return dx, joined({"body": body_grads, "shortcut": short_grads})


def _without_norm(body: Layer) -> tuple[Layer, BatchNorm | None]:
    """Return a body without the batch norm at its end, and that; the body and None without one."""
    if type(body) is Sequential and body.layers and type(body.layers[-1]) is BatchNorm:
        return Sequential(body.layers[:-1]), body.layers[-1]
    return body, None
