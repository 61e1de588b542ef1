"""Checking a JSON document that unknown hands may have written.

A schema is a value: a `Rule`; a dictionary, for an object that has these keys and perhaps others
(``"reason?"`` may be left out); a list of one schema, for a list of such things::

    ROW = {"model": TEXT, "seed": whole(0), "bm": maybe(NUMBER), "host?": TEXT}
    check(json.loads(line), ROW, "the row")     # ValueError: the row.seed is no whole number
    fits(value, ROW)                            # True or False
"""

import json
import math
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

LARGEST = sys.float_info.max
Schema = Any  # a Rule, a mapping of schemas, or a list of one


class Rule(NamedTuple):
    """A test of one value, and the words for what passes it: ``it is no ...``."""

    words: str
    holds: Callable[[Any], bool]


class Misfit(ValueError):
    """What in a document is not as its schema says."""


def _between(least: float, most: float) -> str:
    if math.isfinite(least):
        return f" of at least {least:g}" if math.isinf(most) else f" from {least:g} to {most:g}"
    return ""


def whole(least: float = -math.inf, below: float = math.inf) -> Rule:
    """Return the rule of a whole number in [least, below); True and False are none."""
    return Rule(
        "whole number" + _between(least, below),
        lambda value: type(value) is int and least <= value < below,
    )


def number(least: float = -math.inf, most: float = math.inf) -> Rule:
    """Return the rule of a finite number in [least, most]; True and False are none."""
    return Rule(
        "number" + _between(least, most),
        # No float is larger than LARGEST, which infinity is and a whole number may be.
        lambda value: (
            type(value) in (int, float) and abs(value) <= LARGEST and least <= value <= most
        ),
    )


def one_of(*choices: str) -> Rule:
    """Return the rule of a text that is one of these."""
    return Rule(
        f"one of {', '.join(choices)}", lambda value: isinstance(value, str) and value in choices
    )


def maybe(schema: Schema) -> Rule:
    """Return the rule of null, or of what `schema` says."""
    words = schema.words if isinstance(schema, Rule) else "such value"
    return Rule(words, lambda value: value is None or fits(value, schema))


def each(schema: Schema) -> Rule:
    """Return the rule of an object of any keys, whose values are as `schema` says."""
    return Rule(
        "object of such values",
        lambda value: isinstance(value, dict) and all(fits(v, schema) for v in value.values()),
    )


ANY = Rule("value", lambda value: True)
TEXT = Rule("text", lambda value: isinstance(value, str))
FLAG = Rule("true or false", lambda value: isinstance(value, bool))
OBJECT = Rule("object", lambda value: isinstance(value, dict))
LIST = Rule("list", lambda value: isinstance(value, list))
WHOLE = whole()
NUMBER = number()


def check(value: Any, schema: Schema, where: str = "the file") -> Any:
    """Return `value` if it is what `schema` says.

    Raises
    ------
    Misfit
        In words: ``the file.cells.finished is no whole number``.
    """
    if isinstance(schema, Rule):
        if not schema.holds(value):
            raise Misfit(f"{where} is no {schema.words}")
    elif isinstance(schema, Mapping):
        check(value, OBJECT, where)
        for key, inner in schema.items():
            name = key.removesuffix("?")
            if name in value:
                check(value[name], inner, f"{where}.{name}")
            elif name == key:
                raise Misfit(f"{where}.{name} is not there")
    else:
        check(value, LIST, where)
        for i, item in enumerate(value):
            check(item, schema[0], f"{where}[{i}]")
    return value


def fits(value: Any, schema: Schema) -> bool:
    """Return whether a value is what a schema says."""
    try:
        check(value, schema)
    except Misfit:
        return False
    return True


def parsed(text: str | bytes) -> Any:
    """Return what a JSON text holds.

    Raises
    ------
    ValueError
        Where it is none, is nested too deeply, or holds what could not be written again: NaN,
        infinity, or half a character.
    """
    try:
        value = json.loads(text)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value
