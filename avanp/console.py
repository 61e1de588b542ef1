"""What every command does alike: help with examples, and errors in one line."""

import io
import os
import sys
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from avanp.data.reading_progress import WATCH
from avanp.errors import NO_ROOM, AvanpError, one_line
from avanp.progress import shown_late
from avanp.signals import an_end_is_no_failure, ended_by_signals

COLUMNS, NARROW = 100, 40
WORDS = "avanp.words"  # where a context has the words whose help says more than its command's


class Examples(click.Command):
    """A command whose help ends with examples, as they are typed."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        with formatter.section("Examples"):
            for line in self.examples:
                formatter.write(f"  {line}\n")


class Commands(click.Group):
    """A group whose help lists its commands in the order of their definition."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; Ctrl-C is left to `run`, without the empty line that click adds."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.Abort() from None


def run(command: click.Command) -> NoReturn:
    """Run a command; what goes wrong ends with one line, and bad input with exit code 2.

    A reader that leaves early (head, less) is click's to handle: silence and exit code 1.
    """
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # γ and ─ in an encoding that has none
            stream.reconfigure(errors="replace")
    with ended_by_signals():
        _run(command)
    sys.exit(0)


def _run(command: click.Command) -> None:
    try:
        with notes(), reading_shown(), an_end_is_no_failure():
            command.main(prog_name="avanp", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.UsageError as error:
        message = " ".join(error.format_message().split())
        if error.ctx and "?" not in message:  # click asks where it guesses what was meant
            of = " ".join([error.ctx.command_path, *error.ctx.meta.get(WORDS, ())])
            message = f"{message.rstrip('.')}; see {of} --help"
        fail(message, 2)
    except AvanpError as error:
        fail(str(error), 2)
    except (click.Abort, KeyboardInterrupt):
        fail("interrupted", 1)
    except OSError as error:
        goes_on = ": the same command goes on once that is mended" * (error.errno in NO_ROOM)
        fail(f"{error.strerror or error}: {error.filename or 'reading or writing'}{goes_on}", 1)
    except MemoryError:
        fail("not enough memory: give a smaller --size, --widths, --batch, --draws or --jobs", 1)


def _open_streams() -> None:
    """Open what is missing of the three streams, to nowhere.

    A process without one (`2>&-`, a daemon) would give its number to the next file that it opens,
    and whatever is said there would be written into that file.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the least number that is free: this one
            os.set_inheritable(number, True)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))


def fail(message: str, code: int) -> NoReturn:
    """Say one line on standard error, on a terminal in whole words, and end the process."""
    line = f"avanp: {one_line(message)}"
    if sys.stderr.isatty():
        width = os.get_terminal_size(sys.stderr.fileno()).columns
        line = textwrap.fill(
            line,
            min(COLUMNS, max(width, NARROW)),
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    click.echo(line, err=True)
    sys.exit(code)


@contextmanager
def notes() -> Iterator[None]:
    """Show warnings as notes of whole words."""

    def note(message: Any, *_: Any, **__: Any) -> None:
        click.echo(textwrap.fill(f"note: {one_line(str(message))}", COLUMNS), err=True)

    with warnings.catch_warnings():
        warnings.showwarning = note
        yield


@contextmanager
def reading_shown() -> Iterator[None]:
    """Show how far it is while many images are read."""
    with shown_late("images") as progress:
        token = WATCH.set(progress)
        try:
            yield
        finally:
            WATCH.reset(token)


def written(where: str) -> None:
    """Say where things were written."""
    click.echo(f"written to {one_line(where)}")
