"""Directional derivatives of a scalar function, by differences and from its gradients."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from avanp.gradreport import Row

# A failing array of more elements is first narrowed, by halves, to its worst part.
MOST_ELEMENTS = 256
WORST_SHOWN = 5
# At a stationary point the rounding of the arrays themselves makes 1e-16 of a derivative of 0.
SMALLEST = 1e-8

# A range of one array, in C order: name, start, stop.
Part = tuple[str, int, int]


@dataclass(frozen=True)
class Comparison:
    """Two values of one derivative, and their relative difference."""

    analytic: float
    numeric: float
    error: float


class Probe:
    """Compares gradients with differences of f, whose arrays it moves and puts back.

    Parameters
    ----------
    f : callable
        The value at the present contents of the arrays.
    arrays, gradients : mapping of str to float64 ndarray
        Of the same keys and shapes.
    step : float
        Of the differences.
    tol : float
        The relative error that will be allowed.
    scale : float
        Size of the terms that f sums.
    """

    def __init__(
        self,
        f: Callable[[], float],
        arrays: Mapping[str, np.ndarray],
        gradients: Mapping[str, np.ndarray],
        step: float,
        tol: float,
        scale: float,
    ) -> None:
        self.f = f
        self.arrays = arrays
        self.gradients = gradients
        self.step = step
        # Rounding, some 32 units in the last place of f, moves a difference quotient by
        # 32 eps |f| / step. Derivatives too small to stand out from that are held to it.
        self.floor = 32 * float(np.finfo(np.float64).eps) / (step * tol)
        self.scale = scale

    def compare(self, parts: list[Part], rng: np.random.Generator | None = None) -> Comparison:
        """Compare the derivatives along a standard normal direction, or along ones."""
        moves = []
        analytic = 0.0
        for key, start, stop in parts:
            n = stop - start
            v = np.ones(n) if rng is None else rng.standard_normal(n)
            analytic += float(np.vdot(self.gradients[key].flat[start:stop], v))
            moves.append((self.arrays[key], slice(start, stop), v))
        values = [self._value(moves, t * self.step) for t in (1.0, -1.0, 0.5, -0.5)]
        # Central differences over step and over step / 2, and from both one without step².
        coarse = (values[0] - values[1]) / (2 * self.step)
        fine = (values[2] - values[3]) / self.step
        numeric = (4 * fine - coarse) / 3
        size = max(self.scale, *map(abs, values))
        bound = max(abs(numeric), abs(analytic), self.floor * size, SMALLEST)
        error = abs(numeric - analytic) / bound
        return Comparison(analytic, numeric, error if math.isfinite(error) else math.inf)

    def _value(self, moves: list[tuple[np.ndarray, slice, np.ndarray]], t: float) -> float:
        """Return f at ``arrays + t v``; the arrays are then what they were, bit for bit."""
        saved = [array.flat[part].copy() for array, part, _ in moves]
        try:
            for (array, part, v), old in zip(moves, saved, strict=True):
                array.flat[part] = old + t * v
            return float(self.f())
        finally:
            for (array, part, _), old in zip(moves, saved, strict=True):
                array.flat[part] = old

    def worst_elements(self, key: str, rng: np.random.Generator) -> tuple[Row, ...]:
        """Return the worst elements of one array, worst first."""
        start, stop = 0, self.arrays[key].size
        while stop - start > MOST_ELEMENTS:
            middle = (start + stop) // 2
            halves: list[Part] = [(key, start, middle), (key, middle, stop)]
            _, start, stop = max(halves, key=lambda half: self.compare([half], rng).error)
        rows = []
        for i in range(start, stop):
            c = self.compare([(key, i, i + 1)])
            index = tuple(int(j) for j in np.unravel_index(i, self.arrays[key].shape))
            rows.append(Row(key, index, c.analytic, c.numeric, c.error))
        rows.sort(key=lambda row: (row.error, abs(row.analytic - row.numeric)), reverse=True)
        return tuple(rows[:WORST_SHOWN])
