"""Options that several commands have."""

import os
from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]


def _no_cache(_ctx: click.Context, _param: click.Parameter, given: bool) -> None:
    if given:
        os.environ["AVANP_CACHE"] = "off"


no_cache = click.option(
    "--no-cache",
    is_flag=True,
    expose_value=False,
    callback=_no_cache,
    help="Neither read nor keep decoded images on the disk: avanp data cache.",
)


def _load_system(_ctx: click.Context, _param: click.Parameter, source: str | None) -> None:
    if source is not None:
        from avanp.systems.find import from_source

        from_source(source)


system = click.option(
    "--system",
    metavar="FILE.py:CLASS",
    expose_value=False,
    is_eager=True,
    callback=_load_system,
    help="The class of a model of your own, which a checkpoint does not hold.",
)


LAST = "avanp.last"  # where a command's context has whether --last was given


def _keep_last(ctx: click.Context, _param: click.Parameter, last: bool) -> None:
    ctx.meta[LAST] = last


last = click.option(
    "--last",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_keep_last,
    help="Of the last weights, where a training has kept the best ones beside them.",
)


def described(command: Command) -> Command:
    """Add CHECKPOINT and --system."""
    return click.argument("checkpoint", metavar="CHECKPOINT")(system(command))


def checkpoint(command: Command) -> Command:
    """Add CHECKPOINT, --system and --last."""
    return described(last(command))


seed = click.option("--seed", default=0, show_default=True, help="One seed, one result.")


def _square(_ctx: click.Context, _param: click.Parameter, given: str | None) -> str | None:
    """Return "64" as "64x64": a training is the same by either."""
    return f"{given}x{given}" if given is not None and given.isdecimal() else given


size = click.option(
    "--size",
    metavar="WxH",
    callback=_square,
    help="Resize the images, for example 100x64; 64 is 64x64.",
)
channels = click.option(
    "--channels", type=click.Choice(["1", "3"]), help="Grey (1) or RGB (3), whatever the set is."
)
jobs = click.option(
    "--jobs", type=int, help="Processes, one thread each. Default: one a processor."
)
retry_failed = click.option(
    "--retry-failed", is_flag=True, help="Run the cells again that have failed in DIR."
)


def seeds(default: str) -> Callable[[Command], Command]:
    """Return a decorator that adds --seeds with this default."""
    return click.option(
        "--seeds",
        metavar="N|FIRST:LAST",
        default=default,
        show_default=True,
        help="20: seeds 0 … 19. 20:39: seeds 20 … 39.",
    )


def sweep_data(otherwise: str = "", *, named: str | None = None) -> Callable[[Command], Command]:
    """Return a decorator that adds --data, with what else its help says of the default.

    `named` is the default where it is not the AVA paper's; then several sets may be named.
    """
    papers = f"orbit, the paper's images, where found, and jungle, built in, where not{otherwise}"
    several = ", or several sets, each in a folder of its own below --out" if named else ""
    given = click.option(
        "--data",
        metavar="NAME|DIR",
        help=f"A named set or a folder of images{several}. Default: {named or papers}.",
    )
    return lambda command: given(no_cache(command))
