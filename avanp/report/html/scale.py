"""Where a value stands on an axis, and which values are written on it."""

import math
from collections.abc import Sequence
from typing import NamedTuple


class Axis(NamedTuple):
    """A straight axis from value `low` at pixel `start` to value `high` at pixel `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the pixel of a value, to a tenth."""
        part = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + part * (self.end - self.start), 1)


def even_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return some `about` round numbers from at most `low` to at least `high`."""
    if not high > low:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-300:  # nothing to see between them
        low, high = 0.0, 1.0
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{i * step:.10g}") for i in range(first, last + 1)]


def labels(ticks: Sequence[float]) -> list[str]:
    """Return what is written at ticks: all with as many decimals as the finest needs."""
    plain = [f"{tick:.10g}" for tick in ticks]
    if any("e" in text for text in plain):
        return [f"{tick:.3g}" for tick in ticks]
    decimals = max(len(text.partition(".")[2]) for text in plain)
    return [f"{tick:.{decimals}f}" for tick in ticks]


def rate_ticks(rates: Sequence[float]) -> list[float]:
    """Return 1, 2 and 5 times powers of ten within the rates, or the rates where there are few."""
    low, high = min(rates), max(rates)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [float(f"{m}e{power}") for power in powers for m in (1, 2, 5)]
    ticks = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
    if len(ticks) > 9:
        ticks = [tick for tick in ticks if f"{tick:e}".startswith("1")]
    return ticks if len(ticks) > 1 else sorted({low, high})
