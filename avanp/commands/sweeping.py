"""A sweep run by a command: its progress and notes, and one line where something goes wrong."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import click

from avanp.commands import options
from avanp.console import fail, notes
from avanp.errors import AvanpError
from avanp.signals import an_end_is_no_failure

if TYPE_CHECKING:
    from avanp.data.images import ImageSet
    from avanp.experiments.experiment import Experiment
    from avanp.experiments.run import Rows


def places(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where cells run; `place` makes an executor of them."""
    options_ = (
        options.jobs,
        click.option(
            "--scheduler",
            metavar="ADDRESS",
            help="Run on a Dask cluster: tcp://HOST:PORT, tls://HOST:PORT, or local:N for one of N "
            "workers on this machine.",
        ),
        click.option(
            "--tls-ca-file", metavar="FILE", help="Of a tls:// scheduler: who signs, PEM."
        ),
        click.option("--tls-cert", metavar="FILE", help="The certificate to show it."),
        click.option("--tls-key", metavar="FILE", help="The certificate's key."),
    )
    for option in reversed(options_):
        command = option(command)
    return command


def place(scheduler: str | None, jobs: int | None, tls: Mapping[str, str | None]) -> dict[str, Any]:
    """Return where cells run as `ran` takes it: ``at``, a cluster's executor, and ``jobs``."""
    from avanp.processors import usable

    if scheduler is not None and jobs is not None:
        raise AvanpError("--jobs is for processes of this command: leave it out with --scheduler")
    given = {name.removeprefix("tls_"): path for name, path in tls.items() if path is not None}
    if scheduler is None:
        if given:
            raise AvanpError("the --tls options need --scheduler tls://HOST:PORT")
        return {"at": nullcontext(), "jobs": usable() if jobs is None else jobs}
    from avanp.experiments.places.dask_cluster import connected

    return {"at": connected(scheduler, given), "jobs": 1}


def ran(
    experiment: "Experiment",
    asked: Mapping[str, Any],
    *,
    data: str | None,
    size: str | None,
    out: str | None,
    retry_failed: bool,
    jobs: int,
    at: AbstractContextManager[Any] | None = None,
) -> "tuple[ImageSet, Rows]":
    """Find the images, say which they are, and run an experiment on them.

    Parameters
    ----------
    experiment : Experiment
    asked : mapping
        Values of its axes and settings, by key.
    data, size, out, retry_failed
        As they were typed.
    jobs : int
        Processes, where there is no executor.
    at : context manager, optional
        Yields the executor, or None.
    """
    if retry_failed and not out:
        raise AvanpError("--retry-failed needs --out: the folder of the run that has failed cells")
    from avanp.data.describe import describe
    from avanp.data.size import parse_size
    from avanp.experiments.row import images_for
    from avanp.experiments.run import run

    images = images_for(experiment, data, parse_size(size) if size is not None else None)
    click.echo(describe(images, data is None and experiment.data is None))

    from avanp.memory import keep_freed_memory
    from avanp.progress import shown

    keep_freed_memory()
    with (
        ending(out, kept(out)),
        at or nullcontext() as executor,
        shown("cells") as progress,
        notes(),
    ):
        result = run(
            experiment,
            asked,
            data=images,
            out=out,
            retry_failed=retry_failed,
            jobs=jobs,
            executor=executor,
            progress=progress,
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
        with an_end_is_no_failure():
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
