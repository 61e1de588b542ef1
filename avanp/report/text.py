"""How the report writes numbers."""


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


def rate(lr: float) -> str:
    """Return a learning rate with at most four digits: 0.316228 is ``0.3162``."""
    return f"{lr:.4g}"


def span(fewest: int, most: int, to: str = "–") -> str:
    """Return ``19``, or ``17–19`` where the two differ."""
    return str(most) if fewest == most else f"{fewest}{to}{most}"


def count(fewest: int, most: int, noun: str) -> str:
    """Return ``1 seed``, ``10 seeds``, or ``7–10 seeds`` where the counts differ."""
    return f"{span(fewest, most)} {noun}{'' if most == 1 else 's'}"


def signed(difference: float) -> str:
    """Return a difference as `short` does; none is ``0``, and a tiny one ``+3e−6``."""
    if not difference:
        return "0"
    if abs(difference) >= 0.00005:
        return short(difference, sign=True)
    return f"{difference:+.0e}".replace("e-0", "e-").replace("-", "−")


def p_value(p: float) -> str:
    """Return a p-value with three decimals, or as a power of ten where it is smaller."""
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1e}" if p else "0"
