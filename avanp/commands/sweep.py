"""`avanp sweep`."""

import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from avanp.commands.sweep_status import show
from avanp.console import Examples, fail, one_line, written
from avanp.errors import AvanpError


@click.command(
    cls=Examples,
    short_help="Print Tables 1-3 beside the paper's.",
    examples=[
        "avanp sweep --lr 1.0:0.01",
        "avanp sweep --rules program --seeds 10 --out runs/ten",
        "avanp sweep --models AVA1,VAE --rules program,program-3 --lr 0.5,0.05",
        "avanp sweep --data my/photos --size 100x64 --lr 1:0.01:5 --out runs/mine",
        "avanp sweep --seeds 20 --out runs/many --scheduler tcp://10.0.0.7:8786",
        "avanp sweep --status runs/many",
    ],
)
@click.option(
    "--lr",
    default="1.0:0.01",
    show_default=True,
    help="Learning rates: START:STOP (1.0, 0.9 … 0.1, 0.09 … 0.01), one rate, a comma list, or "
    "START:STOP:N for N spaced evenly in the logarithm.",
)
@click.option(
    "--models",
    default="all",
    show_default=True,
    help="Comma list, or all: AVA1 … AVA5, VAE, GAN.",
)
@click.option(
    "--rules",
    default="program,printed",
    show_default=True,
    help="printed: the paper's equations. program: what made its tables; program-3 leaves out "
    "deviation 3. exact: the true gradients of its losses.",
)
@click.option(
    "--data",
    metavar="NAME|DIR",
    help="A named set or a folder of images. Default: orbit, the paper's images, where found, "
    "and jungle, built in, where not.",
)
@click.option("--size", metavar="WxH", help="Resize the images, for example 100x64.")
@click.option(
    "--seeds",
    metavar="N|FIRST:LAST",
    default="1",
    show_default=True,
    help="20: seeds 0 … 19. 20:39: seeds 20 … 39.",
)
@click.option("--draws", default=10, show_default=True, help="Generated images per image for BM.")
@click.option("--jobs", type=int, help="Processes, one thread each. Default: one a processor.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run on a Dask cluster: tcp://HOST:PORT, tls://HOST:PORT, or local:N for one of N workers "
    "on this machine.",
)
@click.option("--tls-ca-file", metavar="FILE", help="Of a tls:// scheduler: who signs, PEM.")
@click.option("--tls-cert", metavar="FILE", help="The certificate to show it.")
@click.option("--tls-key", metavar="FILE", help="The certificate's key.")
@click.option(
    "--out", metavar="DIR", help="Keep rows, tables and pictures; the same command continues."
)
@click.option("--retry-failed", is_flag=True, help="Run the cells again that have failed in DIR.")
@click.option(
    "--status",
    metavar="DIR",
    help="Tell how far the run in DIR is, and do nothing else.",
)
def sweep(
    lr: str,
    models: str,
    rules: str,
    data: str | None,
    size: str | None,
    seeds: str,
    draws: int,
    jobs: int | None,
    scheduler: str | None,
    out: str | None,
    retry_failed: bool,
    status: str | None,
    **tls: str | None,
) -> None:
    """Train every model at every rate and print Tables 1-3 beside the paper's.

    With --out, DIR holds run.json, rows.jsonl, tables.md, tables.json, a sheet of generated
    images per model and, where matplotlib is installed, Figure 6 and BM curves.
    """
    if status is not None:
        show(status)
        return
    from avanp.data.resolve import describe, resolve
    from avanp.data.size import parse_size
    from avanp.sweeps import grid

    if scheduler is not None and jobs is not None:
        raise AvanpError("--jobs is for processes of this command: leave it out with --scheduler")
    if retry_failed and not out:
        raise AvanpError("--retry-failed needs --out: the folder of the run that has failed cells")
    # The words first: a wrong one is told before anything is read.
    rates, names, sets = grid.parse_rates(lr), grid.parse_models(models), grid.parse_rules(rules)
    numbers = grid.parse_seeds(seeds)
    images = resolve(data, parse_size(size) if size is not None else None)
    click.echo(describe(images, data is None))

    from concurrent.futures import BrokenExecutor

    from avanp.memory import keep_freed_memory
    from avanp.progress import shown
    from avanp.sweeps.run import default_jobs
    from avanp.sweeps.run import sweep as run_sweep

    keep_freed_memory()
    kept = f"finished cells are in {out}; the same command continues" if out else "nothing kept"
    try:
        with _executor(scheduler, tls) as executor, shown("cells") as progress, _notes():
            result = run_sweep(
                rates,
                models=names,
                rules=sets,
                data=images,
                seeds=numbers,
                draws=draws,
                jobs=default_jobs() if jobs is None else jobs,
                executor=executor,
                out=out,
                retry_failed=retry_failed,
                progress=progress,
            )
    except KeyboardInterrupt:
        fail(f"interrupted: {kept}", 1)
    except BrokenExecutor as error:
        fail(f"{error}: {kept}", 1)
    except OSError as error:
        if not out:
            raise
        fail(f"{error.strerror}: {error.filename or out}: {kept}", 1)
    if out:
        written(out)
    else:
        click.echo("nothing is kept: --out DIR keeps rows and pictures")
    click.echo(f"\n{result}", nl=False)
    if result.failed:
        first = result.failed[0]
        how = "the same command with --retry-failed runs them again" if out else kept
        fail(
            f"{len(result.failed)} of {len(result.rows)} cells failed: {how}; the first: "
            f"{first['rules']} {first['model']} {first['lr']:g}, seed {first['seed']}: "
            f"{first['reason']}",
            1,
        )


def _executor(scheduler: str | None, tls: dict[str, str | None]) -> Any:
    """Return what yields the cluster's executor, or None where the sweep's own processes do."""
    from contextlib import nullcontext

    given = {name.removeprefix("tls_"): path for name, path in tls.items() if path is not None}
    if scheduler is None:
        if given:
            raise AvanpError("the --tls options need --scheduler tls://HOST:PORT")
        return nullcontext()
    from avanp.sweeps.cluster import connected

    return connected(scheduler, given)


@contextmanager
def _notes() -> Iterator[None]:
    """Show warnings as notes of whole words."""

    def note(message: Any, *_: Any, **__: Any) -> None:
        click.echo(textwrap.fill(f"note: {one_line(str(message))}", 100), err=True)

    with warnings.catch_warnings():
        warnings.showwarning = note
        yield
