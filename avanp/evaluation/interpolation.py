"""Walks between two codes."""

from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.systems.mixture import kept

Array = np.ndarray


def walk(system: Any, steps: int, rng: np.random.Generator) -> Array:
    """Return codes (steps, n) on the way between two new ones of a system, both included.

    Along a great circle between codes of the prior, a straight line between those of a mixture.
    The class behind a code of a conditional model goes straight: its shares add up to 1 all along.
    """
    if kept(system.state) is None:
        a, b = getattr(system, "prior", system.noise)(2, rng)
        end = len(a) - getattr(system.config, "labels", 0)
        parts = slerp(a[:end], b[:end], steps), lerp(a[end:], b[end:], steps)
        return np.concatenate(parts, axis=1)
    a, b = system.codes(2, rng)
    return lerp(a, b, steps)


def lerp(a: Array, b: Array, steps: int) -> Array:
    """Return codes (steps, n) on the straight line from a to b, each (n,), both included.

    For the codes of images, which lie where the encoder put them.
    """
    t = _times(steps, a)
    return (1 - t) * a + t * b


def slerp(a: Array, b: Array, steps: int) -> Array:
    """Return codes (steps, n) on the great circle from a to b, each (n,), both included.

    ``(sin((1 - t) w) a/|a| + sin(t w) b/|b|) / sin w``, w the angle between a and b, times a length
    that goes evenly from |a| to |b|. For codes of the prior: almost all of them have a length near
    sqrt(n), which the middle of a straight line has not (White 2016, whose codes are of one
    length: of others that are nearly opposite, the middle of his walk is far outside).
    """
    dtype = a.dtype
    # Where the two are nearly opposite, sin w is small, and float32 too coarse.
    a, b = a.astype(np.float64), b.astype(np.float64)
    lengths = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    product = lengths[0] * lengths[1]
    cosine = float(np.dot(a, b)) / product if product else 1.0
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    if np.sin(angle) < 1e-6:  # on one line with the origin there is no one great circle
        return lerp(a, b, steps).astype(dtype)
    t = _times(steps, a)
    weights = np.sin((1 - t) * angle) / np.sin(angle), np.sin(t * angle) / np.sin(angle)
    direction = weights[0] * a / lengths[0] + weights[1] * b / lengths[1]
    return (((1 - t) * lengths[0] + t * lengths[1]) * direction).astype(dtype)


def _times(steps: int, a: Array) -> Array:
    if steps < 2:
        raise AvanpError(f"a walk has at least 2 steps, its two ends, not {steps}")
    return np.linspace(0, 1, steps, dtype=a.dtype)[:, None]
