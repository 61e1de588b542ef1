"""A residual connection that fades out while a net learns."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array, Layer, Wrt
from avanp.layers.checks import check_floats
from avanp.layers.container import Container, joined


class VanishingResidual(Container):
    """``y = carry x + (1 - carry) body(x)``, carry a number in [0, 1] of the layer's state.

    Berthelot et al. 2017, section 3.4: `carry` begins at 1, where the layer is the identity, and
    whoever trains the net lowers it to 0, where only the body is left (`set_carry`). Parameters
    are keyed ``"body.…"``; the state is ``"carry"``, of shape (), and the body's.

    Parameters
    ----------
    body : Layer
        Whose output has the shape of its input.
    """

    def __init__(self, body: Layer, *, dtype: Any = np.float32) -> None:
        self.body = body
        self.carry = np.ones((), dtype)

    @property
    def children(self) -> dict[str, Layer]:
        """The layer by name."""
        return {"body": self.body}

    @property
    def state(self) -> dict[str, Array]:  # type: ignore[override]
        """The carry and the body's own arrays, not copies."""
        return {"carry": self.carry, **joined({"body": self.body.state})}

    def forward(
        self, x: Array, *, train: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, tuple[float, Any]]:
        """Return y, and the cache: the carry of this pass and the body's cache."""
        y, cache = self.body.forward(x, train=train, rng=rng)
        if y.shape != x.shape:
            raise AvanpError(f"a vanishing residual keeps the shape: not {x.shape} to {y.shape}")
        carry = float(self.carry)
        if carry:
            y = carry * x + (1.0 - carry) * y
        return y, (carry, cache)

    def backward(
        self, dy: Array, cache: tuple[float, Any], *, wrt: Wrt = "both"
    ) -> tuple[Array | None, dict[str, Any]]:
        """Return ``carry dy`` plus what comes through the body, and the body's gradients."""
        check_floats(self, dy)
        carry, of_body = cache
        dbody = (1.0 - carry) * dy if carry else dy
        dx, grads = self.body.backward(dbody, of_body, wrt=wrt)
        if dx is not None and carry:
            dx = dx + carry * dy
        return dx, joined({"body": grads})


def set_carry(net: Layer, carry: float) -> None:
    """Set the carry of every vanishing residual in `net`."""
    for key, array in net.state.items():
        if key.rsplit(".", 1)[-1] == "carry":
            array[...] = carry


def carry_of(net: Layer) -> float:
    """Return the carry of the vanishing residuals in `net`, which is one for all; 0 without any."""
    carries = (a for key, a in net.state.items() if key.rsplit(".", 1)[-1] == "carry")
    return float(next(carries, 0.0))
