"""A sweep run by a command: its progress and notes, and one line where something goes wrong."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import click

from avanp.console import fail, notes
from avanp.errors import AvanpError

if TYPE_CHECKING:
    from avanp.data.images import ImageSet
    from avanp.papers.ava.experiment import SweepResult


def swept(
    data: str | None,
    size: str | None,
    out: str | None,
    *,
    retry_failed: bool,
    at: AbstractContextManager[Any] | None = None,
    **asked: Any,
) -> "tuple[ImageSet, SweepResult]":
    """Find the images, say which they are, and run a sweep of them.

    Parameters
    ----------
    data, size, out, retry_failed
        As they were typed.
    at : context manager, optional
        Yields the executor, or None; by default the sweep has processes of its own.
    **asked
        What else `avanp.sweep` takes.
    """
    if retry_failed and not out:
        raise AvanpError("--retry-failed needs --out: the folder of the run that has failed cells")
    from avanp.data.resolve import describe, resolve
    from avanp.data.size import parse_size

    images = resolve(data, parse_size(size) if size is not None else None)
    click.echo(describe(images, data is None))

    from avanp.memory import keep_freed_memory
    from avanp.papers.ava.experiment import sweep
    from avanp.progress import shown

    keep_freed_memory()
    with (
        ending(out, kept(out)),
        at or nullcontext() as executor,
        shown("cells") as progress,
        notes(),
    ):
        result = sweep(
            data=images,
            out=out,
            retry_failed=retry_failed,
            executor=executor,
            progress=progress,
            **asked,
        )
    return images, result


def kept(out: str | None) -> str:
    """Return what is kept of a sweep that does not come to its end."""
    return f"finished cells are in {out}; the same command continues" if out else "nothing kept"


@contextmanager
def ending(out: str | None, left: str) -> Iterator[None]:
    """Say in one line what ended the work in here, and what is left; the exit code is 1."""
    from concurrent.futures import BrokenExecutor

    from avanp.experiments.places.processes import CellDied

    try:
        yield
    except KeyboardInterrupt:
        fail(f"interrupted: {left}", 1)
    except CellDied as error:
        fail(f"a training failed: {error}: {left}", 1)
    except BrokenExecutor as error:
        fail(f"{error}: {left}", 1)
    except OSError as error:
        if not out:
            raise
        fail(f"{error.strerror}: {error.filename or out}: {left}", 1)


def tell_failed(rows: Sequence[Mapping[str, Any]], how: str) -> None:
    """End the command where cells failed: how many, how to run them again, and why the first."""
    failed = [row for row in rows if row["status"] == "failed"]
    if not failed:
        return
    first = failed[0]
    fail(
        f"{len(failed)} of {len(rows)} cells failed: {how}; the first: {first['rules']} "
        f"{first['model']} {first['lr']:g}, seed {first['seed']}: {first['reason']}",
        1,
    )


def retry(out: str | None) -> str:
    """Return how the cells that failed are run again."""
    return "the same command with --retry-failed runs them again" if out else kept(out)
