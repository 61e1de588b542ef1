"""Stochastic gradient descent."""

from typing import Any

from avanp.errors import AvanpError
from avanp.layers.factored import FactoredWeight
from avanp.optim.base import Array, Optimiser, fraction
from avanp.optim.update import add_scaled


class SGD(Optimiser):
    """``p -= lr g``; with momentum ``b = momentum b + g; p -= lr b``, as in PyTorch.

    Parameters
    ----------
    lr : float
    momentum : float
        In [0, 1). Without it a factored gradient is applied without being written out.
    nesterov : bool
        ``p -= lr (g + momentum b)``.
    weight_decay : float
        Adds ``weight_decay p`` to the gradient.
    """

    slots = ("momentum",)

    def __init__(
        self,
        lr: float,
        momentum: float = 0.0,
        *,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(lr, weight_decay)
        self.momentum = fraction("momentum", momentum)
        self.nesterov = nesterov
        if nesterov and not momentum:
            raise AvanpError("nesterov needs a momentum, such as 0.9")

    def step(self, params: dict[str, Any], grads: dict[str, Any]) -> None:
        """Apply one step of descent in place."""
        if self.momentum:
            super().step(params, grads)
            return
        self.steps += 1
        if self.weight_decay:
            for name in grads:
                if isinstance(params[name], FactoredWeight):
                    raise AvanpError(f"{name} is a factored weight, which cannot decay")
                params[name] *= 1 - float(self.lr) * self.weight_decay
        add_scaled(params, grads, -self.lr)

    def update(self, name: str, p: Array, g: Array) -> None:
        """Write `p` and its momentum."""
        if self.weight_decay:
            g = g + self.weight_decay * p
        b = self.running("momentum", name, p)
        b *= self.momentum
        b += g
        p -= float(self.lr) * (g + self.momentum * b if self.nesterov else b)
