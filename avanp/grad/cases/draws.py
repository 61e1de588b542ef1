"""What a row of gradient checks is, and the numbers it draws, away from kinks."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Rng = np.random.Generator
Draw = Callable[[Rng, tuple[int, ...]], np.ndarray]
# A layer and its input, or a loss and its arguments.
Case = tuple[Any, tuple[np.ndarray, ...]]
# The first three arguments of check_scalar: a model's loss, its parameters, their gradients.
ScalarCase = tuple[Callable[[], float], Mapping[str, np.ndarray], Mapping[str, Any]]


def normal(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Return standard normal numbers."""
    return rng.standard_normal(shape)


def off_zero(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Return numbers of both signs, at least 0.1 from zero."""
    x = rng.standard_normal(shape)
    return x + np.copysign(0.1, x)


def positive(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Return numbers from 0.3 to 3, such as variances."""
    return rng.uniform(0.3, 3.0, shape)


def probability(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Return numbers from 0 to 1."""
    return rng.uniform(0.0, 1.0, shape)
