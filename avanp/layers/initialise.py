"""Initial weights, by the names the field gives them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from avanp.errors import AvanpError
from avanp.layers.base import Array

Rng = np.random.Generator
Draw = Callable[[Rng, tuple[int, ...], float, float], Array]
# In the place of a generator: weights of the right shape that take no memory, to count them.
COUNTING = np.random.Generator(np.random.PCG64(0))


def _uniform(rng: Rng, shape: tuple[int, ...], limit: float) -> Array:
    return rng.uniform(-limit, limit, shape)


INITS: dict[str, Draw | None] = {
    # Glorot, Bengio 2010: variance 2 / (fan_in + fan_out).
    "glorot": lambda rng, shape, i, o: _uniform(rng, shape, np.sqrt(6 / (i + o))),
    "glorot-normal": lambda rng, shape, i, o: rng.normal(0, np.sqrt(2 / (i + o)), shape),
    # He et al. 2015, for ReLU: variance 2 / fan_in.
    "he": lambda rng, shape, i, o: rng.normal(0, np.sqrt(2 / i), shape),
    # The same for a leaky ReLU of slope 0.2: variance 2 / (1.04 fan_in).
    "he-leaky": lambda rng, shape, i, o: rng.normal(0, np.sqrt(2 / (1.04 * i)), shape),
    "he-uniform": lambda rng, shape, i, o: _uniform(rng, shape, np.sqrt(6 / i)),
    # Radford et al. 2016 (DCGAN).
    "normal": lambda rng, shape, i, o: rng.normal(0, 0.02, shape),
    # What nn.Linear and nn.Conv2d begin with: variance 1 / (3 fan_in).
    "pytorch": lambda rng, shape, i, o: _uniform(rng, shape, 1 / np.sqrt(i)),
    "zeros": None,
}


def initial(
    name: str, shape: tuple[int, ...], fan_in: int, fan_out: int, rng: Rng | None, dtype: Any
) -> Array:
    """Return new weights of `shape`, drawn in float64 and rounded to `dtype`.

    Parameters
    ----------
    name : str
        "glorot" U(±sqrt(6 / (fan_in + fan_out))), "glorot-normal" of the same variance,
        "he" N(0, 2 / fan_in), "he-uniform" of the same variance, "he-leaky" N(0, 2 / (1.04
        fan_in)), "normal" N(0, 0.02²), "pytorch" U(±1 / sqrt(fan_in)), "zeros".
    fan_in, fan_out : int
        Inputs that reach one output, and outputs that one input reaches; for a convolution
        ``kh * kw * channels``.
    rng : numpy.random.Generator or None
        Needed for every name but "zeros". With `COUNTING` nothing is drawn: the weights are zeros
        of stride 0, read-only, for nets that are built to count their sizes.

    Raises
    ------
    AvanpError
        At an unknown name, or without `rng`.
    MemoryError
        For more weights than NumPy can number.
    """
    if name not in INITS:
        raise AvanpError(f"unknown init {name!r}: choose from {', '.join(INITS)}")
    if rng is COUNTING:
        try:
            return np.broadcast_to(np.zeros((), dtype), shape)
        except (ValueError, OverflowError):
            raise MemoryError(f"no array can have the shape {shape}") from None
    draw = INITS[name]
    if draw is None:
        return np.zeros(shape, dtype)
    if rng is None:
        raise AvanpError(f"init={name!r} needs rng, a numpy.random.Generator")
    return draw(rng, shape, fan_in, fan_out).astype(dtype)


def rescale(w: Array, factor: float) -> None:
    """Multiply new weights in place; those that were only counted are zeros, and stay."""
    if w.flags.writeable:
        w *= factor
