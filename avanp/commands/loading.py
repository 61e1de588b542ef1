"""A checkpoint, as several commands need it: one that can do what is asked."""

from pathlib import Path
from typing import Any

import click

from avanp.commands.options import LAST
from avanp.console import one_line
from avanp.errors import AvanpError, unknown
from avanp.progress import tell_of_compiling
from avanp.systems.base import System
from avanp.training.checkpoint import describe, load, load_best
from avanp.training.ending import DIVERGED, ending
from avanp.training.folder import checkpoint_in


def load_any(path: str) -> tuple[System, dict[str, Any]]:
    """Return a system, and what its checkpoint says about it: of the last weights with --last."""
    file = checkpoint_in(path)
    tell_of_compiling()
    context = click.get_current_context(silent=True)
    last = context is not None and context.meta.get(LAST, False)
    system, _ = (load if last else load_best)(file)
    return system, describe(file).get("about") or {}


LACKS = {
    "generate": "makes no images",
    "generate by class": "makes no images of a class",
    "encode": "has no encoder",
    "reconstruct": "reconstructs no images",
    "recover": "has no decoder that gradients go back through",
}


def load_able(path: str, ability: str) -> tuple[Any, dict[str, Any]]:
    """Return a system of pictures that can do something, as `load_any` does.

    Raises
    ------
    AvanpError
        For one that cannot, by its `System.can`.
    """
    system, about = load_any(path)
    ended = ending(Path(checkpoint_in(path)))
    if ended is not None and ended.how == DIVERGED:
        # The weights before it may be of no use.
        click.echo(one_line(f"note: the training of {path} diverged {ended.says}"), err=True)
    if ability not in system.can:
        raise AvanpError(f"{path!r} holds a {system.name}, which {LACKS[ability]}")
    if about.get("table"):
        raise AvanpError(f"{path!r} was made for tables of numbers: it draws no pictures")
    return system, about


def class_named(names: list[str], label: str) -> int:
    """Return the number of a class, by its name or number."""
    if label in names:
        return names.index(label)
    if label.isdecimal() and int(label) < len(names):
        return int(label)
    if not names:
        raise AvanpError(
            f"no class {label!r}: the model's images have none; a sub-folder for each makes "
            "classes, and train --conditional a model that knows them"
        )
    raise AvanpError(f"no class {unknown(label, names)}: choose from {', '.join(names)}")
