"""Where a boundary-equilibrium GAN collapsed, from the series of k and of diversity."""

from collections.abc import Sequence
from typing import NamedTuple

# k counts from here on, and a drop is a fall below this part of its recent top.
PASSED, HALF = 0.02, 0.5
# Fakes that vary less than this, beside real images, are a few images.
DIVERSE = 0.3


class Watch(NamedTuple):
    """Where each sign was first seen, as an index of its series; None where it was not."""

    k_drop: int | None
    loss_of_diversity: int | None


def watch(k: Sequence[float], diversity: Sequence[float], window: int) -> Watch:
    """Return where k dropped, and where the diversity of the fakes was lost.

    Parameters
    ----------
    k : sequence of float
        k after every step, or every so many.
    diversity : sequence of float
        `avanp.metrics.diversity.diversity` of fakes of fixed codes, at its own times.
    window : int
        How many values of k count as recent; the specification takes 5 % of a run.
    """
    return Watch(k_drop(k, window), loss_of_diversity(diversity))


def k_drop(k: Sequence[float], window: int) -> int | None:
    """Return the first i where k[i] is below half its recent top, the top being above .02.

    The sign of collapse of Park et al. 2020 (Fig. 16): it comes early, and not before every
    collapse: a k that never rises cannot drop.

    Parameters
    ----------
    k : sequence of float
    window : int
        How many values up to k[i] are recent.
    """
    for i, value in enumerate(k):
        top = max(k[max(0, i + 1 - window) : i + 1])
        if top > PASSED and value < HALF * top:
            return i
    return None


def loss_of_diversity(diversity: Sequence[float]) -> int | None:
    """Return the first i where diversity is below .3 after having been at least that.

    A generator that has not learned yet makes one image too: that is no collapse. Whether one
    never left that state is told by the last value (`collapsed`).
    """
    had = False
    for i, value in enumerate(diversity):
        if had and collapsed(value):
            return i
        had = had or not collapsed(value)
    return None


def collapsed(diversity: float) -> bool:
    """Tell whether fakes of this diversity are a few images; NaN counts as that."""
    return not diversity >= DIVERSE
