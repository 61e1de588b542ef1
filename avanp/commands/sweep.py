"""`avanp sweep`."""

import click

from avanp.commands import options
from avanp.commands.failed_cells import retry, tell_failed
from avanp.commands.sweep_status import show
from avanp.commands.sweeping import place, places, ran
from avanp.console import Examples, written


@click.command(
    cls=Examples,
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
@places
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
    from avanp.papers.ava.sweep import SweepResult

    # The words first: a wrong one is told before anything is read.
    at = place(scheduler, jobs, tls)
    asked = AVA.grid.values(lr=lr, models=models, rules=rules, seeds=seeds)
    _, found = ran(
        AVA,
        {**asked, "draws": draws},
        data=data,
        size=size,
        out=out,
        retry_failed=retry_failed,
        **at,
    )
    if out:
        written(out)
    else:
        click.echo("nothing is kept: --out DIR keeps rows and pictures")
    click.echo(f"\n{SweepResult(found.rows, found.config)}", nl=False)
    tell_failed(found.rows, retry(out))
