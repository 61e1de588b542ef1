"""The axes of a grid, and their values from the command line's words or from Python."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any

from avanp.errors import AvanpError
from avanp.runs.schema import NUMBER, TEXT, Schema, whole

FORMS = "use a rate (0.5), a list (1.0,0.1), START:STOP (1.0:0.01) or START:STOP:N"
MOST = 10_000  # rates, seeds, draws or jobs


@dataclass(frozen=True)
class Axis:
    """One axis of a grid.

    Parameters
    ----------
    name : str
        The column of a row.
    key : str
        The name of its list of values, in ``run.json`` and as an option.
    parse : callable
        Returns the values that words name, as a tuple.
    check : callable
        Returns values that were given as such, or an `AvanpError`.
    default : str
        The words where none are given.
    help : str
        Of the option.
    schema : schema
        What a value is in JSON.
    """

    name: str
    key: str
    parse: Callable[[str], tuple[Any, ...]]
    check: Callable[[Sequence[Any]], tuple[Any, ...]]
    default: str
    help: str = ""
    schema: Schema = TEXT

    def values(self, given: Any) -> tuple[Any, ...]:
        """Return the values that words, a value or a sequence of values name.

        Raises
        ------
        AvanpError
            In one line that names the option.
        """
        if isinstance(given, Sequence) and not isinstance(given, str):
            return self.check(given)
        return self.parse(str(given))


class Grid:
    """The product of axes and of seeds: whole seeds are done first, then the first axis.

    Parameters
    ----------
    *axes : Axis
        Without the seeds, which every grid has.
    """

    def __init__(self, *axes: Axis) -> None:
        self.axes = (*axes, SEEDS)

    def values(self, **given: Any) -> dict[str, tuple[Any, ...]]:
        """Return the values of axes by key, from words or values; see `Axis.values`."""
        axes = {axis.key: axis for axis in self.axes}
        return {key: axes[key].values(value) for key, value in given.items()}

    def cells(self, config: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return all cells of a configuration, each a value by axis."""
        *axes, seeds = ([(axis.name, v) for v in config[axis.key]] for axis in self.axes)
        return [dict((*pairs, seed)) for seed, *pairs in product(seeds, *axes)]

    def key(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return what tells a cell, or its row, from the others."""
        return tuple(row[axis.name] for axis in self.axes)

    def told(self, row: Mapping[str, Any]) -> str:
        """Return the cell of a row in words."""
        return ", ".join(f"{axis.name} {shown(row[axis.name])}" for axis in self.axes)

    def stem(self, row: Mapping[str, Any]) -> str:
        """Return how files of a cell's pictures are called, which are of one seed."""
        return "-".join(shown(row[axis.name]) for axis in self.axes[:-1])


def shown(value: Any) -> str:
    """Return a value of an axis as tables and names of files have it: numbers by six digits."""
    return f"{value:g}" if isinstance(value, float) else str(value)


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


def check_seeds(values: Sequence[Any]) -> tuple[int, ...]:
    """Return seeds that are numbers already; each must be there once."""
    if not 1 <= len(values) <= MOST:
        raise AvanpError(f"the number of seeds must be from 1 to {MOST}, not {len(values)}")
    for seed in values:
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise AvanpError(f"a seed must be a whole number of at least 0, not {seed!r}")
    if len(set(values)) < len(values):
        raise AvanpError("seeds: one is there twice; name each once")
    return tuple(values)


def check_count(name: str, value: int) -> None:
    """Refuse what is not a number of seeds, draws or jobs."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise AvanpError(f"{name} must be a whole number, not {value!r}")
    if not 1 <= value <= MOST:
        raise AvanpError(f"{name} must be from 1 to {MOST}, not {value}")


def names_axis(
    name: str,
    key: str,
    known: Iterable[str],
    check: Callable[[str], Any],
    *,
    default: str = "all",
    help: str = "",
) -> Axis:
    """Return an axis of names: a comma list in any case of letters, or ``all``.

    Parameters
    ----------
    name, key, default, help
        As of `Axis`.
    known : iterable of str
        What ``all`` is, and how names are spelled.
    check : callable
        Raises an `AvanpError` for a name that is not known.
    """
    spelled = {one.lower(): one for one in known}

    def check_all(values: Sequence[Any]) -> tuple[str, ...]:
        names = [spelled.get(str(one).strip().lower(), str(one).strip()) for one in values]
        for one in names:
            check(one)
        twice = next((one for i, one in enumerate(names) if one in names[:i]), None)
        if twice is not None:
            raise AvanpError(f"--{key}: {twice} is there twice; name each once")
        return tuple(names)

    def parse(text: str) -> tuple[str, ...]:
        everything = text.strip().lower() == "all" and spelled
        return tuple(spelled.values()) if everything else check_all(text.split(","))

    return Axis(name, key, parse, check_all, default, help)


SEEDS = Axis(
    "seed",
    "seeds",
    parse_seeds,
    check_seeds,
    "1",
    "Seeds: N is 0 … N-1; FIRST:LAST (20:39) has both ends.",
    whole(0),
)
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
