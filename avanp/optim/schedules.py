"""Learning rates that change with time.

``schedule.lr(t)`` is the rate at time t: updates or epochs, from 0, whichever the caller counts.
Only `Plateau` looks at a metric, ``lr(t, metric)``, and remembers anything.
"""

import math

import numpy as np

from avanp.errors import AvanpError

Array = np.ndarray


class Constant:
    """The same rate always."""

    def __init__(self, lr: float) -> None:
        self.start = _positive("lr", lr)

    def lr(self, t: float, metric: float | None = None) -> float:
        """Return the rate at time t, counted from 0."""
        return self.start

    def state_dict(self) -> dict[str, Array]:
        """Return what a resumed schedule needs beside t."""
        return {}

    def load_state_dict(self, state: dict[str, Array]) -> None:
        """Go on from a `state_dict`."""


class StepDecay(Constant):
    """Times `factor` after every `every`, and never below `floor`.

    Parameters
    ----------
    lr : float
        At time 0.
    every : float
        In the unit of t: epochs, in training.
    factor : float
    floor : float
        The least rate.
    """

    def __init__(self, lr: float, every: float, factor: float = 0.5, floor: float = 0.0) -> None:
        super().__init__(lr)
        self.every, self.factor = _positive("every", every), _positive("factor", factor)
        self.floor = floor

    def lr(self, t: float, metric: float | None = None) -> float:
        """Return the rate at time t, counted from 0."""
        return max(self.floor, self.start * self.factor ** (t // self.every))


class InverseTime(Constant):
    """``lr / (1 + decay t)``: half of `lr` at ``t = 1 / decay``."""

    def __init__(self, lr: float, decay: float) -> None:
        super().__init__(lr)
        self.decay = _positive("decay", decay)

    def lr(self, t: float, metric: float | None = None) -> float:
        """Return the rate at time t, counted from 0."""
        return self.start / (1 + self.decay * t)


class Cosine(Constant):
    """Half a cosine from `lr` down to `floor` at time `total`, and `floor` from then on.

    The first `warmup` of the time rises in a straight line, from ``lr / (warmup + 1)`` at 0.
    Loshchilov, Hutter 2017, without restarts.

    Parameters
    ----------
    lr : float
        The largest rate.
    total, warmup : float
        In the unit of t: epochs, in training.
    floor : float
        The least rate.
    """

    def __init__(self, lr: float, total: float, warmup: float = 0.0, floor: float = 0.0) -> None:
        super().__init__(lr)
        self.total, self.warmup, self.floor = _positive("total", total), warmup, floor
        if not 0 <= warmup < total:
            raise AvanpError(f"warmup must be in [0, total), not {warmup!r}")

    def lr(self, t: float, metric: float | None = None) -> float:
        """Return the rate at time t, counted from 0."""
        if t < self.warmup:
            return self.start * (t + 1) / (self.warmup + 1)
        done = min(1.0, (t - self.warmup) / (self.total - self.warmup))
        return self.floor + (self.start - self.floor) * (1 + math.cos(math.pi * done)) / 2


def _positive(name: str, value: float) -> float:
    if not value > 0:
        raise AvanpError(f"{name} must be above 0, not {value!r}")
    return value
