"""Stochastic gradient descent."""

from typing import Any

from avanp.optim.update import add_scaled


class SGD:
    """Plain stochastic gradient descent, ``p -= lr * g``: no momentum, decay or clipping."""

    def __init__(self, lr: float) -> None:
        self.lr = lr

    def step(self, params: dict[str, Any], grads: dict[str, Any]) -> None:
        """Apply one step of descent in place."""
        add_scaled(params, grads, -self.lr)
