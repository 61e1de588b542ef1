"""Learning rates as an axis: the decade grid, a list, or a range with a number of them."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from avanp.errors import AvanpError
from avanp.experiments.axes import MOST, Axis, shown
from avanp.runs.schema import NUMBER

FORMS = "use a rate (0.5), a list (1.0,0.1), START:STOP (1.0:0.01) or START:STOP:N"


def parse_rates(text: str) -> tuple[float, ...]:
    """Return the learning rates that `text` names, in its order.

    ``1.0:0.01`` is the decade grid, 1.0, 0.9 … 0.1, 0.09 … 0.01: linear steps of each decade's
    leading digit (19 rates). ``START:STOP:N`` is N rates spaced evenly in the logarithm. Both go
    down. A list is separated by commas.

    Raises
    ------
    AvanpError
        For a rate outside (0, 1], a reversed or malformed range, or two rates that are
        one to six digits.
    """
    parts = text.split(":")
    if len(parts) == 1:
        rates = tuple(float(_rate(item, text)) for item in text.split(","))
    elif len(parts) <= 3:
        start, stop = _rate(parts[0], text), _rate(parts[1], text)
        if start <= stop:
            raise AvanpError(
                f"--lr {text}: a range goes down, from the larger rate to the smaller: "
                f"{parts[1]}:{parts[0]}"
            )
        rates = _spaced(start, stop, parts[2], text) if parts[2:] else _decades(start, stop, text)
    else:
        raise AvanpError(f"--lr {text}: malformed; {FORMS}")
    return _distinct(rates, text)


def check_rates(values: Sequence[Any]) -> tuple[float, ...]:
    """Return learning rates that are numbers already; see `parse_rates`."""
    text = ",".join(map(str, values))
    return _distinct(tuple(float(_rate(str(value), text)) for value in values), text)


def _distinct(rates: tuple[float, ...], text: str) -> tuple[float, ...]:
    names = [shown(rate) for rate in rates]  # as tables and pictures have them
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None or not names:
        why = f"{twice} is there twice; rates must differ in their first six digits"
        raise AvanpError(f"--lr {text}: {why if names else f'no rate; {FORMS}'}")
    return rates


def _rate(text: str, whole: str) -> Decimal:
    try:
        rate = Decimal(text.strip())
    except InvalidOperation:
        raise AvanpError(f"--lr {whole}: {text.strip()!r} is not a number; {FORMS}") from None
    if not (rate.is_finite() and 0 < rate <= 1 and float(rate) > 0):
        raise AvanpError(f"--lr {whole}: {text.strip()} is outside (0, 1]; {FORMS}")
    return rate


def _decades(start: Decimal, stop: Decimal, text: str) -> tuple[float, ...]:
    for end in (start, stop):
        if len(end.normalize().as_tuple().digits) != 1:
            raise AvanpError(
                f"--lr {text}: START:STOP goes along 1.0, 0.9 … 0.1, 0.09 …, and {end} is not "
                f"among them; use START:STOP:N for other rates"
            )
    rates: list[float] = []
    rate = start.normalize()
    while rate >= stop:
        if len(rates) == MOST:
            raise AvanpError(f"--lr {text}: more than {MOST} rates")
        rates.append(float(rate))
        _, (digit,), exponent = rate.as_tuple()
        step = Decimal((0, (1,), int(exponent)))
        rate = (rate - step if digit > 1 else step * Decimal("0.9")).normalize()
    return tuple(rates)


def _spaced(start: Decimal, stop: Decimal, count: str, text: str) -> tuple[float, ...]:
    count = count.strip()
    if not re.fullmatch(r"[0-9]{1,6}", count) or not 2 <= int(count) <= MOST:
        raise AvanpError(f"--lr {text}: N must be a whole number from 2 to {MOST}, not {count!r}")
    n = int(count)
    a, b = float(start), float(stop)
    inner = [float(f"{a * (b / a) ** (i / (n - 1)):.12g}") for i in range(1, n - 1)]
    return (a, *inner, b)


RATES = Axis(
    "lr",
    "lr",
    parse_rates,
    check_rates,
    "1.0:0.01",
    "Learning rates: START:STOP (1.0, 0.9 … 0.1, 0.09 … 0.01), one rate, a comma list, or "
    "START:STOP:N for N spaced evenly in the logarithm.",
    NUMBER,
)
