"""Options of `avanp train MODEL`, made from what a system's configuration declares."""

import re
from typing import Any, get_args

import click

from avanp.errors import AvanpError
from avanp.systems.auto import follows_images
from avanp.systems.base import System
from avanp.systems.options import Option, options_of, value_words


class Numbers(click.ParamType):
    """Numbers with commas between them, as 32,64,128."""

    def __init__(self, name: str, kind: type) -> None:
        self.name, self.kind = name, kind

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[Any, ...]:
        """Return the numbers."""
        if isinstance(value, tuple):
            return value
        whole = r" *[0-9]{1,6} *" if self.kind is int else r" *[0-9.eE+-]{1,20} *"
        if not re.fullmatch(f"{whole}(,{whole})*", value):
            like = "whole numbers such as 32,64,128" if self.kind is int else "numbers as 0.5,0.999"
            raise AvanpError(f"{self.name} {value!r} are not {like}")
        try:
            return tuple(self.kind(part) for part in value.split(","))
        except ValueError:
            raise AvanpError(f"{self.name} {value!r} are not numbers as 0.5,0.999") from None


def click_options(kinds: list[type[System]]) -> list[click.Option]:
    """Return the options of some systems, those of one name once; the first declares it."""
    found: dict[str, tuple[Option, bool]] = {}
    for kind in kinds:
        for name, one in options_of(kind.config_class).items():
            if one.limits.command_line:
                found.setdefault(name, (one, follows_images(kind.name, name)))
    return [_click(*one) for one in found.values()]


def _click(one: Option, follows: bool) -> click.Option:
    flag = "--" + one.name.replace("_", "-")
    said = one.help
    if follows:
        own = "" if one.default is None else f"; {value_words(one.default)} up to 8×8"
        said = f"{said}  [default: by the images{own}]"
    elif one.default is not None:
        said = f"{said}  [default: {value_words(one.default)}]"
    kind: Any = one.kind
    if one.choices:
        kind = click.Choice(one.choices)
    elif one.kind is bool:
        return click.Option([f"{flag}/--no-{flag[2:]}"], default=None, help=said)
    elif get_args(one.kind):
        kind = Numbers(one.name, get_args(one.kind)[0])
    return click.Option([flag], type=kind, default=None, help=said, metavar=_metavar(one))


def _metavar(one: Option) -> str | None:
    if one.choices:
        return None
    return {int: "N", float: "X", str: "WORDS"}.get(one.kind, "N,N,…")
