"""What a sweep goes over, read from the command line's words."""

import re
from decimal import Decimal, InvalidOperation

from avanp.ava.rules import rules_from_name
from avanp.errors import AvanpError
from avanp.registry import MODELS, load

FORMS = "use a rate (0.5), a list (1.0,0.1), START:STOP (1.0:0.01) or START:STOP:N"
MOST = 10_000  # rates, seeds, draws or jobs


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
    # Tables and pictures name a rate by six digits.
    shown = [f"{rate:g}" for rate in rates]
    if len(set(shown)) < len(shown):
        twice = next(rate for i, rate in enumerate(shown) if rate in shown[:i])
        raise AvanpError(
            f"--lr {text}: {twice} is there twice; rates must differ in their first six digits"
        )
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


def parse_seeds(text: str) -> tuple[int, ...]:
    """Return the seeds that `text` names: ``20`` is 0 … 19, and ``20:39`` is 20 … 39, both ends.

    Raises
    ------
    AvanpError
        For anything else, and for none or more than 10,000 of them.
    """
    forms = "use N for seeds 0 … N-1, or FIRST:LAST (20:39)"
    parts = [part.strip() for part in text.split(":")]
    if len(parts) > 2 or not all(part.isdecimal() and len(part) < 10 for part in parts):
        raise AvanpError(f"--seeds {text}: not whole numbers of at least 0; {forms}")
    first, last = (0, int(parts[0]) - 1) if len(parts) == 1 else map(int, parts)
    if not 1 <= last - first + 1 <= MOST:
        raise AvanpError(f"--seeds {text}: from 1 to {MOST} seeds; {forms}")
    return tuple(range(first, last + 1))


def parse_models(text: str) -> tuple[str, ...]:
    """Return model names from ``all`` or a comma list, in any case of letters."""
    if text.strip().lower() == "all":
        return tuple(MODELS)
    known = {name.lower(): name for name in MODELS}
    names = [known.get(item.strip().lower(), item.strip()) for item in text.split(",")]
    for name in names:
        load("model", name)
    return _once(names, "--models")


def parse_rules(text: str) -> tuple[str, ...]:
    """Return rule-set names from a comma list: printed, program, exact, program-N."""
    names = [item.strip() for item in text.split(",")]
    for name in names:
        rules_from_name(name)
    return _once(names, "--rules")


def _once(names: list[str], option: str) -> tuple[str, ...]:
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise AvanpError(f"{option}: {twice[0]} is there twice; name each once")
    return tuple(names)
