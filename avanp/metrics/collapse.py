"""Where a boundary-equilibrium GAN collapsed, from the series of k and of diversity."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

# k counts from here on, and a drop is a fall below this part of its recent top.
PASSED, HALF = 0.02, 0.5
# The rows of a log that count as recent: this share of them, and never fewer than these.
SHARE, LEAST = 0.05, 3
# Rows in which k may stay at 0.
PATIENCE = 20
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
    return next((i for i in range(len(k)) if dropped(k[: i + 1], window)), None)


def dropped(k: Sequence[float], window: int) -> bool:
    """Tell whether the last of some values of k is below half their recent top, above .02."""
    top = max(k[-window:], default=0.0)
    return top > PASSED and k[-1] < HALF * top


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


def series(rows: Sequence[Mapping[str, Any]]) -> tuple[list[float], list[float]]:
    """Return k and the diversity of the rows of a log, each where a row has it."""
    names = ("validation.diversity", "diversity")
    found = [next((row[n] for n in names if row.get(n) is not None), None) for row in rows]
    k = [float(row["k"]) for row in rows if row.get("k") is not None]
    return k, [float(d) for d in found if d is not None]


class Sign(Enum):
    """What a log shows of collapse, in words; they have no numbers: one sign is told once."""

    NONE = ""
    K_DROP = "k fell below half of what it was: an early sign of collapse"
    COLLAPSE = "the generator has collapsed: its images vary less than .3 of what real ones do"
    STUCK = "k stays at 0 and the generator makes few images: try a larger gamma"


def sign(rows: Sequence[Mapping[str, Any]]) -> Sign:
    """Return what the last row of a log shows of collapse.

    A collapse is a diversity below .3 that had been above; k's drop is told apart, since k falls
    in many runs that do not collapse.
    """
    k, spread = series(rows)
    few = bool(spread) and collapsed(spread[-1])
    if few and not all(map(collapsed, spread)):
        return Sign.COLLAPSE
    if dropped(k, max(LEAST, round(SHARE * len(k)))):
        return Sign.K_DROP
    if few and len(k) >= PATIENCE and max(k[-PATIENCE:]) <= PASSED:
        return Sign.STUCK
    return Sign.NONE
