"""How the report writes numbers, and lists of them."""

import math
from collections.abc import Sequence


def short(value: float, sign: bool = False) -> str:
    """Return a number with four decimals and no leading zero: 0.2298 is ``.2298``.

    From 1 upwards it has three decimals (``1.268``), so that a BM is always five characters wide.
    With `sign`, a plus or a minus stands before it.
    """
    text = f"{abs(value):.4f}"
    text = text[1:] if text.startswith("0") else f"{abs(value):.3f}"
    if sign:
        return ("−" if value < 0 else "+") + text
    return ("−" if value < 0 else "") + text


def short_tick(value: float) -> str:
    """Return a number at an axis: large ones as ``10 k`` and ``2 M``, then as ``2e9``."""
    unit = ""
    if 1e4 <= abs(value) < 1e9:
        size, unit = (1e6, " M") if abs(value) >= 1e6 else (1e3, " k")
        value /= size
    number, e, power = f"{value:.6g}".partition("e")
    return (f"{number}e{int(power)}" if e else number + unit).replace("-", "−")


def rate(lr: float) -> str:
    """Return a learning rate with at most four digits: 0.316228 is ``0.3162``."""
    return f"{lr:.4g}"


def span(fewest: int, most: int, to: str = "–") -> str:
    """Return ``19``, or ``17–19`` where the two differ."""
    return str(most) if fewest == most else f"{fewest}{to}{most}"


def count(fewest: int, most: int, noun: str) -> str:
    """Return ``1 seed``, ``10 seeds``, or ``7–10 seeds`` where the counts differ."""
    return f"{span(fewest, most)} {noun}{'' if most == 1 else 's'}"


def signed(difference: float | None) -> str:
    """Return a difference as `short` does, with its sign; ``0``, and a tiny one ``+3e−6``."""
    if difference is None:
        return "–"
    if difference == 0:
        return "0"
    if abs(difference) >= 0.00005:
        return short(difference, sign=True)
    return f"{difference:+.0e}".replace("e-0", "e-").replace("-", "−")


def fine(difference: float | None) -> str:
    """Return a difference as `signed` does, but one below .001 with two digits: ``+.00011``."""
    if difference is None or not 0.00005 <= abs(difference) < 0.001:
        return signed(difference)
    digits = 5 if abs(difference) >= 0.0001 else 6
    return f"{difference:+.{digits}f}".replace("0.", ".", 1).replace("-", "−")


def p_value(p: float | None) -> str:
    """Return a p-value to two digits: ``0.0028``, or ``< 0.0001``; – where there is no test."""
    if p is None:
        return "–"
    return f"{p:.2g}" if p >= 0.0001 else "< 0.0001"


def percent(share: float) -> str:
    """Return a share in whole percent, rounded down: 100 % is all."""
    return f"{math.floor(100 * share + 1e-9)} %"


def listed(names: Sequence[str]) -> str:
    """Return ``A``, ``A and B`` or ``A, B and C``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def listed_seeds(seeds: Sequence[int]) -> str:
    """Return ``0 to 19`` where more than two seeds are in one piece, or all: ``3, 7 and 9``."""
    if len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]} to {seeds[-1]}"
    return listed([str(seed) for seed in seeds])


def about_seeds(seeds: Sequence[int]) -> str:
    """Return ``seed 0``, ``seeds 0 and 1``, ``seeds 0 to 19`` or ``seeds 3, 7 and 9``."""
    return f"seed{'s' * (len(seeds) != 1)} {listed_seeds(seeds)}"
