"""Directional derivatives of a scalar function, by differences and from its gradients."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from avanp.grad.report import Row

# A failing array of more elements is first narrowed, by halves, to its worst part.
MOST_ELEMENTS = 256
WORST_SHOWN = 5
# At a stationary point the rounding of the arrays themselves makes 1e-16 of a derivative of 0.
SMALLEST = 1e-8
# A gradient below this part of f, or below tol SMALLEST, says that it is zero but for rounding.
NOTHING = 1e-12
# Arrays of smaller elements are moved by smaller steps, down to this part of a step.
LEAST_SCALE = 1e-6

# A range of one array, in C order: name, start, stop.
Part = tuple[str, int, int]


@dataclass(frozen=True)
class Comparison:
    """Two values of one derivative, and their relative difference.

    `blind` is the largest relative error of the gradient that rounding of f can hide.
    """

    analytic: float
    numeric: float
    error: float
    blind: float


class Probe:
    """Compares gradients with differences of f, whose arrays it moves and puts back.

    Parameters
    ----------
    f : callable
        The value at the present contents of the arrays.
    arrays, gradients : mapping of str to float64 ndarray
        Of the same keys and shapes.
    step : float
        Of the differences; relative to the largest element of an array where that is below 1,
        so that small variances stay positive.
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
        self.tol = tol
        self.scales = {key: _scale(array) for key, array in arrays.items()}
        # Rounding, some 32 units in the last place of f, moves a difference quotient by
        # 32 eps |f| / step. Derivatives too small to stand out from that are held to it.
        self.floor = 32 * float(np.finfo(np.float64).eps) / (step * tol)
        self.scale = scale

    def compare(self, parts: list[Part], rng: np.random.Generator | None = None) -> Comparison:
        """Compare the derivatives along a standard normal direction, or along ones."""
        moves = []
        analytic = square = 0.0
        for key, start, stop in parts:
            n = stop - start
            v = self.scales[key] * (np.ones(n) if rng is None else rng.standard_normal(n))
            gradient = self.gradients[key].flat[start:stop]
            analytic += float(np.vdot(gradient, v))
            square += float(np.sum(np.square(self.scales[key] * gradient)))
            moves.append((self.arrays[key], slice(start, stop), v))
        values = [self._value(moves, t * self.step) for t in (1.0, -1.0, 0.5, -0.5)]
        # Central differences over step and over step / 2, and from both one without step².
        coarse = (values[0] - values[1]) / (2 * self.step)
        fine = (values[2] - values[3]) / self.step
        numeric = (4 * fine - coarse) / 3
        size = max(self.scale, *map(abs, values))
        hidden = max(self.floor * size, SMALLEST)
        error = abs(numeric - analytic) / max(abs(numeric), abs(analytic), hidden)
        # A derivative along a random direction is of the size of the gradient's norm, where the
        # gradient is not zero: there differences can only show that they do not see one either.
        usual = math.sqrt(square)
        nothing = max(NOTHING * size, self.tol * SMALLEST)
        blind = self.tol * hidden / usual if usual > nothing else 0.0
        return Comparison(analytic, numeric, error if math.isfinite(error) else math.inf, blind)

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
            unit = self.scales[key]
            rows.append(Row(key, index, c.analytic / unit, c.numeric / unit, c.error))
        rows.sort(key=lambda row: (row.error, abs(row.analytic - row.numeric)), reverse=True)
        return tuple(rows[:WORST_SHOWN])


def _scale(array: np.ndarray) -> float:
    """Return what the steps of an array are relative to: its largest element, at most 1."""
    largest = float(np.max(np.abs(array), initial=0.0))
    return min(1.0, max(largest, LEAST_SCALE)) if largest > 0 else 1.0
