"""What every command does alike: help with examples, and errors in one line."""

import io
import signal
import sys
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from avanp.errors import AvanpError, one_line


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
    signal.signal(signal.SIGTERM, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # γ and ─ in an encoding that has none
            stream.reconfigure(errors="replace")
    try:
        with notes():
            command.main(prog_name="avanp", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.UsageError as error:
        message = " ".join(error.format_message().split())
        if error.ctx and "?" not in message:  # click asks where it guesses what was meant
            message = f"{message.rstrip('.')}; see {error.ctx.command_path} --help"
        fail(message, 2)
    except AvanpError as error:
        fail(str(error), 2)
    except click.Abort:
        fail("interrupted", 1)
    except OSError as error:
        fail(f"{error.strerror or error}: {error.filename or 'reading or writing'}", 1)
    except MemoryError:
        fail("not enough memory: give a smaller --size, --widths, --batch, --draws or --jobs", 1)
    sys.exit(0)


def _interrupt(number: int, _: Any) -> NoReturn:
    # What asks a process to end (kill, a batch system, a shutdown) is Ctrl-C; once is enough.
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def fail(message: str, code: int) -> NoReturn:
    """Say one line on standard error and end the process."""
    click.echo(f"avanp: {one_line(message)}", err=True)
    sys.exit(code)


@contextmanager
def notes() -> Iterator[None]:
    """Show warnings as notes of whole words."""

    def note(message: Any, *_: Any, **__: Any) -> None:
        click.echo(textwrap.fill(f"note: {one_line(str(message))}", 100), err=True)

    with warnings.catch_warnings():
        warnings.showwarning = note
        yield


def written(where: str) -> None:
    """Say where things were written."""
    click.echo(f"written to {one_line(where)}")
