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


class LogAxis(Axis):
    """An axis on which equal factors are equally far; `low` and `high` are above 0."""

    def at(self, value: float) -> float:
        """Return the pixel of a value, to a tenth."""
        logs = Axis(math.log(self.low), math.log(self.high), self.start, self.end)
        return logs.at(math.log(value))


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


def log_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return at most so many powers of ten, from at most `low`, evenly spaced; `low` is above 0."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    step = max(1, math.ceil((last + 1 - first) / most))
    return [float(f"1e{power}") for power in range(first, last + 1, step)]


def labels(ticks: Sequence[float]) -> list[str]:
    """Return what is written at ticks: all with as many decimals as the finest needs."""
    plain = [f"{tick:.10g}" for tick in ticks]
    if any("e" in text for text in plain):
        return [f"{tick:.3g}" for tick in ticks]
    decimals = max(len(text.partition(".")[2]) for text in plain)
    return [f"{tick:.{decimals}f}" for tick in ticks]


def short_labels(ticks: Sequence[float]) -> list[str]:
    """Return what `labels` does, with large numbers in thousands and millions, then as 2e9."""
    largest = max(map(abs, ticks))
    if 1e4 <= largest < 1e9:
        size, unit = (1e6, "M") if largest >= 1e6 else (1e3, "k")
        scaled = labels([tick / size for tick in ticks])
        return [f"{text} {unit}" if tick else "0" for tick, text in zip(ticks, scaled, strict=True)]
    if largest >= 1e9:  # with as many digits as tell them apart
        digits = next(d for d in range(1, 18) if all(float(f"{t:.{d}g}") == t for t in ticks))
        return [_plain(f"{tick:.{digits}g}") for tick in ticks]
    return [_plain(text) for text in labels(ticks)]


def _plain(text: str) -> str:
    """Return 2e-05 as 2e-5 and 2e+09 as 2e9."""
    number, e, power = text.partition("e")
    return f"{number}e{int(power)}" if e else text


def rate_ticks(rates: Sequence[float]) -> list[float]:
    """Return 1, 2 and 5 times powers of ten within the rates, or the rates where there are few."""
    low, high = min(rates), max(rates)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [float(f"{m}e{power}") for power in powers for m in (1, 2, 5)]
    ticks = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
    if len(ticks) > 9:
        ticks = [tick for tick in ticks if f"{tick:e}".startswith("1")]
    return ticks if len(ticks) > 1 else sorted({low, high})
