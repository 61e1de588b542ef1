"""An axis as a value, and the one that shows most of some values: even, logarithmic, cut off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

FACTOR = 100  # from the least to the greatest value, for logarithms
BOTTOM = 20  # a quarter of the values below this part of the greatest lies on the bottom line
LEAST = 1e-290
# A cut leaves out what is further from the middle half of the values than BEYOND times its width.
# There is one only where the FEW values or more lie over WIDE times that width.
BEYOND, WIDE, FEW = 3, 100, 8
MARGIN = 0.05  # of the height, above and below


@dataclass(frozen=True)
class Axis:
    """An axis: what it shows, how values are spread on it, and where it begins and ends.

    Parameters
    ----------
    label : str
    spread : str
        ``even``, ``log``, or ``symlog``: even from minus to plus `even_within`, logarithmic beyond.
    low, high : float, optional
        The ends; by default those of the values.
    ticks : mapping of float to str, optional
        What is written where; by default round numbers.
    even_within : float
    """

    label: str = ""
    spread: Literal["even", "log", "symlog"] = "even"
    low: float | None = None
    high: float | None = None
    ticks: Mapping[float, str] | None = None
    even_within: float = 1e-3


def axis_of(values: Sequence[float]) -> tuple[Axis, str]:
    """Return the axis for values, and a note where it is not a plain one.

    One value of a million would make a flat line of all that are near a hundred. Where all are
    above 0 the axis is one of logarithms then; where not, it leaves out what is far from the rest.
    """
    ordered = sorted(values)
    if _squeezed(ordered):
        return Axis(spread="log"), "The axis is logarithmic."
    low, high = _range(ordered)
    margin = MARGIN * (high / 2 - low / 2) * 2
    if not margin:  # nothing to see between them
        margin = abs(high) / 2 or 1.0
    note = ""
    out = [value for value in ordered if not low <= value <= high]
    if out:
        far = max(out, key=abs)
        note = f"The axis is cut off: {len(out)} of {len(values)} values are beyond, as {far:.3g}."
    return Axis(low=low - margin, high=high + margin), note


def _squeezed(ordered: Sequence[float]) -> bool:
    low, high = ordered[0], ordered[-1]
    return low > LEAST and high > FACTOR * low and BOTTOM * ordered[len(ordered) // 4] < high


def _range(ordered: Sequence[float]) -> tuple[float, float]:
    low, high = ordered[0], ordered[-1]
    first, last = ordered[len(ordered) // 4], ordered[3 * len(ordered) // 4]
    if low > 0 or len(ordered) < FEW or first == last or high - low < WIDE * (last - first):
        return low, high
    reach = BEYOND * (last - first)
    return max(low, first - reach), min(high, last + reach)
