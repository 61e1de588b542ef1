"""Early stopping: the best weights so far, and how long they have been the best."""

import math
from typing import Any

from avanp.layers.base import Array
from avanp.systems.base import System


class Best:
    """The lowest value of the monitored term, and the weights that had it.

    Parameters
    ----------
    patience : int, optional
        Looks without a lower one after which to stop; by default never.
    """

    def __init__(self, patience: int | None) -> None:
        self.patience = patience
        self.loss = math.inf
        self.waited = 0
        self.weights: dict[str, Array] = {}

    def see(self, loss: float, system: System) -> bool:
        """Take note of a value; tell whether to stop. A NaN is no better than anything."""
        if loss < self.loss:
            self.loss, self.waited = loss, 0
            self.weights = {key: array.copy() for key, array in system.parameters().items()}
        else:
            self.waited += 1
        return self.patience is not None and self.waited >= self.patience

    def restore(self, system: System) -> None:
        """Give the system the best weights."""
        for key, array in system.parameters().items():
            if key in self.weights:
                array[...] = self.weights[key]

    def state(self) -> dict[str, Any]:
        """Return what `load` takes, for JSON; the weights are apart."""
        loss = None if math.isinf(self.loss) else self.loss
        return {"loss": loss, "waited": self.waited}

    def load(self, state: dict[str, Any], weights: dict[str, Array]) -> None:
        """Go on from a `state`."""
        self.loss = math.inf if state["loss"] is None else float(state["loss"])
        self.waited = int(state["waited"])
        self.weights = weights
