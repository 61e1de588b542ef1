"""The standard sigmoid."""

from avanp.layers.logistic import Logistic


class Sigmoid(Logistic):
    """y = 1 / (1 + exp(-x)): the logistic of slope 1 and midpoint 0."""

    def __init__(self) -> None:
        super().__init__(slope=1.0, midpoint=0.0)
