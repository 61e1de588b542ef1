"""`avanp sweep`."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import click

from avanp.commands import options
from avanp.commands.sweep_status import show
from avanp.commands.sweeping import retry, swept, tell_failed
from avanp.console import Examples, written
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
@options.sweep_data()
@options.size
@options.seeds("1")
@click.option("--draws", default=10, show_default=True, help="Generated images per image for BM.")
@options.jobs
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
@options.retry_failed
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
    from avanp.papers.ava.experiment import AVA
    from avanp.processors import usable

    if scheduler is not None and jobs is not None:
        raise AvanpError("--jobs is for processes of this command: leave it out with --scheduler")
    # The words first: a wrong one is told before anything is read.
    _, result = swept(
        data,
        size,
        out,
        retry_failed=retry_failed,
        at=_executor(scheduler, tls),
        **AVA.grid.values(lr=lr, models=models, rules=rules, seeds=seeds),
        draws=draws,
        jobs=usable() if jobs is None else jobs,
    )
    if out:
        written(out)
    else:
        click.echo("nothing is kept: --out DIR keeps rows and pictures")
    click.echo(f"\n{result}", nl=False)
    tell_failed(result.rows, retry(out))


def _executor(scheduler: str | None, tls: dict[str, str | None]) -> AbstractContextManager[Any]:
    """Return what yields the cluster's executor, or None where the sweep's own processes do."""
    given = {name.removeprefix("tls_"): path for name, path in tls.items() if path is not None}
    if scheduler is None:
        if given:
            raise AvanpError("the --tls options need --scheduler tls://HOST:PORT")
        return nullcontext()
    from avanp.experiments.places.dask import connected

    return connected(scheduler, given)
