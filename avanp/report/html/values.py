"""The axis that shows most of some values: straight, of logarithms, or cut off."""

from collections.abc import Sequence
from typing import NamedTuple

from avanp.report.html.scale import Axis, LogAxis, even_ticks, log_ticks, short_labels

FACTOR = 100  # from the least to the greatest value, for logarithms
BOTTOM = 20  # a quarter of the values below this part of the greatest lies on the bottom line
LEAST = 1e-300
# A cut leaves out what is further from the middle half of the values than BEYOND times its width.
# There is one only where the FEW values or more lie over WIDE times that width.
BEYOND, WIDE, FEW = 3, 100, 8


class Scale(NamedTuple):
    """An axis, where it is marked and with what, and a note where it is not a plain one."""

    axis: Axis
    ticks: Sequence[float]
    labels: Sequence[str]
    note: str = ""

    def at(self, value: float) -> float:
        """Return the pixel of a value; one beyond the axis is at its end."""
        return self.axis.at(min(max(value, self.axis.low), self.axis.high))


def scale(values: Sequence[float], start: float, end: float) -> Scale:
    """Return the scale for values, from pixel `start` to pixel `end`.

    One value of a million would make a flat line of all that are near a hundred. Where all are
    above 0 the axis is one of logarithms then; where not, it leaves out what is far from the rest.
    """
    ordered = sorted(values)
    if _squeezed(ordered):
        ticks = log_ticks(ordered[0], ordered[-1])
        axis = LogAxis(ticks[0], max(ticks[-1], ordered[-1]), start, end)
        said = [text for tick in ticks for text in short_labels([tick])]
        return Scale(axis, ticks, said, "The axis is logarithmic.")
    low, high = _range(ordered)
    ticks = even_ticks(low, high, 4)
    out = [value for value in ordered if not ticks[0] <= value <= ticks[-1]]
    note = ""
    if out:
        far = max(out, key=abs)
        note = f"The axis is cut off: {len(out)} of {len(values)} values are beyond, as {far:.3g}."
    return Scale(Axis(ticks[0], ticks[-1], start, end), ticks, short_labels(ticks), note)


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
