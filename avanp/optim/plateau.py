"""A learning rate that falls where the loss no longer does."""

import math

import numpy as np

from avanp.errors import AvanpError
from avanp.optim.schedules import Array, Constant, _positive


class Plateau(Constant):
    """Times `factor` when `patience` metrics in turn were no better than the best before them.

    Smaller is better. The count then begins anew; the rate never goes below `floor`. A call
    without a metric only tells the present rate.

    Parameters
    ----------
    lr : float
        To begin with.
    patience : int
        In metrics seen: epochs, in training.
    factor : float
    floor : float
        The least rate.
    """

    def __init__(
        self, lr: float, patience: int = 10, factor: float = 0.5, floor: float = 0.0
    ) -> None:
        super().__init__(lr)
        self.patience, self.factor = _positive("patience", patience), _positive("factor", factor)
        self.floor = floor
        self.now, self.best, self.waited = lr, math.inf, 0

    def lr(self, t: float, metric: float | None = None) -> float:
        """Return the rate after `metric`, if there is one, has been seen."""
        if metric is None:
            return self.now
        if metric < self.best:
            self.best, self.waited = float(metric), 0
        else:
            self.waited += 1
        if self.waited >= self.patience:
            self.now, self.waited = max(self.floor, self.now * self.factor), 0
        return self.now

    def state_dict(self) -> dict[str, Array]:
        """Return the present rate, the best metric, and how long it has stood."""
        state = {"now": self.now, "best": self.best, "waited": self.waited}
        return {k: np.array(v) for k, v in state.items()}

    def load_state_dict(self, state: dict[str, Array]) -> None:
        """Go on from a `state_dict`."""
        if set(state) != {"now", "best", "waited"}:
            raise AvanpError("a plateau's state has now, best and waited: this is something else")
        self.now, self.best = float(state["now"]), float(state["best"])
        self.waited = int(state["waited"])
