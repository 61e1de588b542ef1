"""RMSprop."""

import numpy as np

from avanp.optim.base import Array, Optimiser, fraction


class RMSprop(Optimiser):
    """``v = alpha v + (1 - alpha) g²; p -= lr g / (sqrt(v) + eps)``, as in PyTorch.

    Tieleman, Hinton 2012.

    Parameters
    ----------
    lr : float
    alpha : float
        In [0, 1).
    eps : float
        Added outside the root.
    momentum : float
        In [0, 1): ``b = momentum b + g / (sqrt(v) + eps); p -= lr b``.
    weight_decay : float
        Adds ``weight_decay p`` to the gradient.
    """

    slots = ("v", "momentum")

    def __init__(
        self,
        lr: float,
        alpha: float = 0.99,
        eps: float = 1e-8,
        *,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(lr, weight_decay)
        self.alpha, self.eps = fraction("alpha", alpha), eps
        self.momentum = fraction("momentum", momentum)

    def update(self, name: str, p: Array, g: Array) -> None:
        """Write `p` and its running arrays."""
        if self.weight_decay:
            g = g + self.weight_decay * p
        v = self.running("v", name, p)
        v *= self.alpha
        v += (1 - self.alpha) * g * g
        change = g / (np.sqrt(v) + self.eps)
        if self.momentum:
            b = self.running("momentum", name, p)
            b *= self.momentum
            b += change
            change = b
        p -= float(self.lr) * change
