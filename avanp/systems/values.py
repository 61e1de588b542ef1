"""Values of options, looked at: what is not right is an `AvanpError` that names the option."""

import math
import sys
from typing import Any

from avanp.errors import AvanpError


def whole(name: str, value: Any, least: int | None = 1) -> int:
    """Return a whole number of at least `least`, or raise an `AvanpError`."""
    right = isinstance(value, int) and not isinstance(value, bool)
    if not right or (least is not None and value < least):
        limit = "" if least is None else f" of at least {least}"
        raise AvanpError(f"{name} must be a whole number{limit}, not {value!r}")
    return int(value)


def whole_numbers(name: str, values: Any, what: str, count: int | None = None) -> tuple[int, ...]:
    """Return a tuple of whole numbers of at least 1, or raise an `AvanpError`.

    Parameters
    ----------
    name : str
        Of the option.
    values : tuple or list
        What was given.
    what : str
        What they are, for the message.
    count : int, optional
        How many there must be.
    """
    right = isinstance(values, tuple | list) and len(values) == (count or len(values)) > 0
    if not right or any(isinstance(v, bool) or not isinstance(v, int) or v < 1 for v in values):
        raise AvanpError(f"{name} must be {what}, whole numbers of at least 1, not {values!r}")
    return tuple(values)


def number(
    name: str,
    value: Any,
    *,
    least: float = -math.inf,
    above: float = -math.inf,
    below: float = math.inf,
) -> Any:
    """Return a finite number within the limits, or raise an `AvanpError`.

    Parameters
    ----------
    name : str
        Of the option.
    value : int or float
        What was given.
    least, above, below : float
        Bounds: at least, and strictly between.
    """
    right = isinstance(value, int | float) and not isinstance(value, bool)
    # A whole number of JSON may be beyond all floats: it is compared as it is.
    finite = right and -sys.float_info.max <= value <= sys.float_info.max
    if not (finite and value >= least and above < value < below):
        limits = {"at least": least, "above": above, "below": below}
        within = " and ".join(f"{k} {v:g}" for k, v in limits.items() if math.isfinite(v))
        raise AvanpError(f"{name} must be a number {within}".rstrip() + f", not {value!r}")
    return value


def choice(name: str, value: Any, choices: tuple[str, ...]) -> str:
    """Return one of `choices`, or raise an `AvanpError`."""
    if value not in choices:
        raise AvanpError(f"unknown {name} {value!r}: choose from {', '.join(choices)}")
    return str(value)
