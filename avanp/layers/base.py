"""The contract of every layer."""

from typing import Any, Literal

import numpy as np

Array = np.ndarray
Wrt = Literal["both", "input", "params"]


class Layer:
    """A function with parameters and a derivative written by hand.

    ``y, cache = layer.forward(x)`` and ``dx, grads = layer.backward(dy, cache)``: what the
    backward pass needs is returned to the caller and nothing is kept on the layer, so that one
    network can have any number of live passes (a discriminator has two).

    ``params`` maps names to arrays; ``grads`` has the same keys and holds values: nothing
    accumulates, nothing is zeroed. ``state`` maps names to arrays that no gradient moves but that
    belong to what was learned, such as a batch norm's running moments.

    ``rectifies`` says that both passes take ``slope``, that of a rectifier after the layer (0 is a
    ReLU's, 1 none), which is then done in the pass over memory that writes y. It is said of one
    class, and again by a subclass; ``backward`` may have a slope where ``forward`` had none.
    """

    rectifies = False
    params: dict[str, Any]
    state: dict[str, Array]

    def __init__(self) -> None:
        self.params = {}
        self.state = {}

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Any]:
        """Return ``(y, cache)``."""
        raise NotImplementedError

    def backward(
        self, dy: Array, cache: Any, *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``(dx, grads)``: the cotangents of the input and of the parameters.

        With ``wrt="params"`` `dx` is None; with ``wrt="input"`` `grads` is empty.
        """
        raise NotImplementedError
