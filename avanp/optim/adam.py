"""Adam, and Adam with decoupled weight decay."""

from avanp.kernels import kernel
from avanp.optim.base import Array, Optimiser, fraction


class Adam(Optimiser):
    """Adam (Kingma, Ba 2015) as in PyTorch.

    ``m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g²``, and after t steps
    ``p -= lr m/(1 - beta1^t) / (sqrt(v/(1 - beta2^t)) + eps)``.

    Parameters
    ----------
    lr : float
    betas : (float, float)
        Each in [0, 1).
    eps : float
        Added outside the root.
    weight_decay : float
        Adds ``weight_decay p`` to the gradient.
    """

    slots = ("m", "v")

    def __init__(
        self,
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        *,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(lr, weight_decay)
        self.betas = (fraction("beta1", betas[0]), fraction("beta2", betas[1]))
        self.eps = eps

    def update(self, name: str, p: Array, g: Array) -> None:
        """Write `p` and its two moments."""
        self._adam(name, p, g, self.weight_decay)

    def _adam(self, name: str, p: Array, g: Array, weight_decay: float) -> None:
        m, v = self.running("m", name, p), self.running("v", name, p)
        beta1, beta2 = self.betas
        corrections = 1 - beta1**self.steps, 1 - beta2**self.steps
        kernel("adam_update")(
            p, g, m, v, float(self.lr), beta1, beta2, self.eps, weight_decay, *corrections
        )


class AdamW(Adam):
    """Adam, with ``p *= 1 - lr weight_decay`` before each step in place of a penalty's gradient.

    Loshchilov, Hutter 2019, as in PyTorch.

    Parameters
    ----------
    lr, betas, eps
        As for `Adam`.
    weight_decay : float
        The share of a weight, times lr, that a step takes off it.
    """

    def __init__(
        self,
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        *,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(lr, betas, eps, weight_decay=weight_decay)

    def update(self, name: str, p: Array, g: Array) -> None:
        """Write `p` and its two moments."""
        p *= 1 - float(self.lr) * self.weight_decay
        self._adam(name, p, g, 0.0)
