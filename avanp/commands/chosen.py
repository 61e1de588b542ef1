"""Which images a command is to read with a model that was trained on some."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import click

from avanp.commands import options


class Chosen(NamedTuple):
    """What --data, --size, --channels and --split say; None where one is not given."""

    data: str | None = None
    size: str | None = None
    channels: str | None = None
    split: str | None = None


def chosen_images(
    split: str | None = None, help: str = "A part of the images."
) -> Callable[[options.Command], options.Command]:
    """Return a decorator that adds those four: the command gets them as `chosen`, a `Chosen`.

    `split` is the default of --split, and `help` what is said of it; without `help` there is none.
    """
    given = click.option(
        "--data",
        metavar="NAME|DIR",
        help="A named set or a folder. Default: what the model was trained on.",
    )
    part = click.option(
        "--split",
        type=click.Choice(["train", "validation", "test", "all"]),
        default=split,
        show_default=split is not None,
        help=help,
    )

    def add(command: options.Command) -> options.Command:
        @wraps(command)
        def called(
            *args: Any,
            data: str | None,
            size: str | None,
            channels: str | None,
            split: str | None = None,
            **rest: Any,
        ) -> Any:
            return command(*args, chosen=Chosen(data, size, channels, split), **rest)

        parted = part(called) if help else called
        return given(options.size(options.channels(options.no_cache(parted))))

    return add
