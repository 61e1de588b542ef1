"""Options of a system, each declared once.

A field of a configuration says its default, its limits and its help by `option`. From that come
its validation, `--name` of `avanp train MODEL`, the estimator's parameter with its docstring, and
the tables of docs/options.md.
"""

import math
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from avanp.errors import AvanpError
from avanp.systems.values import choice, number, whole, whole_numbers

KEY = "option"


@dataclass(frozen=True)
class Limits:
    """What `option` was told beside the default."""

    help: str
    least: float = -math.inf
    above: float = -math.inf
    below: float = math.inf
    what: str = ""
    command_line: bool = True


@dataclass(frozen=True)
class Option:
    """One option of a configuration: its name, type, default and limits.

    Attributes
    ----------
    kind : type
        int, float, bool, str, ``Literal[...]`` or a tuple of numbers, without None.
    optional : bool
        Whether None is a value: "as the system has it by default".
    """

    name: str
    kind: Any
    optional: bool
    default: Any
    limits: Limits

    @property
    def help(self) -> str:
        """What it is, in a sentence."""
        return self.limits.help

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that it may be, or none."""
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()

    def checked(self, value: Any) -> Any:
        """Return the value as it is kept, or raise an `AvanpError`."""
        if value is None and self.optional:
            return None
        limits = self.limits
        bounds = {"least": limits.least, "above": limits.above, "below": limits.below}
        if self.choices:
            return choice(self.name, value, self.choices)
        if self.kind is bool and not isinstance(value, bool):
            raise AvanpError(f"{self.name} must be True or False, not {value!r}")
        if self.kind is str and not (isinstance(value, str) and value):
            raise AvanpError(f"{self.name} must be words, not {value!r}")
        if self.kind in (bool, str):
            return value
        if self.kind is int:
            return whole(self.name, value, None if limits.least == -math.inf else int(limits.least))
        if self.kind is float:
            return number(self.name, value, **bounds)
        kinds = get_args(self.kind)
        count = None if kinds[-1] is Ellipsis else len(kinds)
        if kinds[0] is int:
            return whole_numbers(self.name, value, limits.what, count)
        if not isinstance(value, tuple | list) or len(value) != count:
            many = {2: "two", 3: "three"}.get(len(kinds), len(kinds))
            raise AvanpError(f"{self.name} must be {many} numbers, not {value!r}")
        for one in value:
            number(self.name, one, **bounds)
        return tuple(map(float, value))

    def type_words(self) -> str:
        """Return the type as a docstring has it."""
        words, kinds = getattr(self.kind, "__name__", str(self.kind)), get_args(self.kind)
        if self.choices:
            words = "{" + ", ".join(f'"{c}"' for c in self.choices) + "}"
        if get_origin(self.kind) is tuple:
            several = kinds[-1] is Ellipsis
            inside = ", ".join(k.__name__ for k in kinds if k is not Ellipsis)
            words = f"tuple of {inside}" if several else f"({inside})"
        return words + ", optional" * self.optional


def option(
    default: Any = MISSING,
    *,
    help: str,
    least: float = -math.inf,
    above: float = -math.inf,
    below: float = math.inf,
    what: str = "",
    command_line: bool = True,
) -> Any:
    """Return a dataclass field that is an option.

    Parameters
    ----------
    default : optional
        Without one it must be given.
    help : str
        A sentence without names of classes: it stands in `--help`, docstrings and docs.
    least, above, below : float
        Limits of a number.
    what : str
        What a tuple of whole numbers is, for the message about one that is not.
    command_line : bool
        Whether `avanp train` takes it; what the data decides, such as the shape, it does not.
    """
    limits = Limits(help, least, above, below, what, command_line)
    return field(default=default, metadata={KEY: limits})


def options_of(config_class: type) -> dict[str, Option]:
    """Return the options of a configuration by name, in the order of their declaration."""
    hints = get_type_hints(config_class)
    found = {}
    for one in fields(config_class):
        if KEY not in one.metadata:
            raise AvanpError(f"{config_class.__name__}.{one.name} is declared without option(…)")
        kind = hints[one.name]
        optional = type(None) in get_args(kind)
        if optional:
            (kind,) = (k for k in get_args(kind) if k is not type(None))
        default = None if one.default is MISSING else one.default
        found[one.name] = Option(one.name, kind, optional, default, one.metadata[KEY])
    return found


def value_words(value: Any) -> str:
    """Return a value as the command line has it: yes or no, numbers with commas between them."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
