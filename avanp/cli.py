"""The command `avanp`: thin, with imports inside the commands so that help answers at once."""

import os
from typing import NoReturn

import click

from avanp.commands.data import data
from avanp.commands.encode import encode
from avanp.commands.evaluate import evaluate
from avanp.commands.generate import generate
from avanp.commands.info import info
from avanp.commands.interpolate import interpolate
from avanp.commands.reconstruct import reconstruct
from avanp.commands.recover import recover
from avanp.commands.train import train
from avanp.console import Commands, Examples, fail, run, written
from avanp.errors import AvanpError

# One BLAS thread a process: cells run in parallel as processes, and a sum's order is then fixed.
# These must stand before NumPy is imported.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=Commands, context_settings=CONTEXT, invoke_without_command=True)
@click.version_option(package_name="avanp")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Adversarial variational autoencoders with hand-written derivatives, on the CPU.

    \b
    Start here:
      avanp train VAE --data digits --out runs/vae  train a model, and look at what it draws
      avanp evaluate runs/vae                       score it on images it has not seen
      avanp sweep --lr 1.0:0.01                     Tables 1-3 of the AVA paper
      avanp data list                               the sets of images
      avanp gradcheck                               check every derivative numerically
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


cli.add_command(train)
cli.add_command(generate)
cli.add_command(reconstruct)
cli.add_command(interpolate)
cli.add_command(recover)
cli.add_command(encode)
cli.add_command(evaluate)
cli.add_command(info)


@cli.command(
    cls=Examples,
    short_help="Print Tables 1-3 beside the paper's.",
    examples=[
        "avanp sweep --lr 1.0:0.01",
        "avanp sweep --rules program --seeds 10 --out runs/ten",
        "avanp sweep --models AVA1,VAE --rules program,program-3 --lr 0.5,0.05",
        "avanp sweep --data my/photos --size 100x64 --lr 1:0.01:5 --out runs/mine",
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
@click.option("--seeds", default=1, show_default=True, help="Run seeds 0 … N-1.")
@click.option("--draws", default=10, show_default=True, help="Generated images per image for BM.")
@click.option("--jobs", type=int, help="Processes, one thread each. Default: one a processor.")
@click.option(
    "--out", metavar="DIR", help="Keep rows, tables and pictures; the same command continues."
)
def sweep(
    lr: str,
    models: str,
    rules: str,
    data: str | None,
    size: str | None,
    seeds: int,
    draws: int,
    jobs: int | None,
    out: str | None,
) -> None:
    """Train every model at every rate and print Tables 1-3 beside the paper's.

    With --out, DIR holds run.json, rows.jsonl, tables.md, tables.json, a sheet of generated
    images per model and, where matplotlib is installed, Figure 6 and BM curves.
    """
    from avanp.data.resolve import describe, resolve
    from avanp.data.size import parse_size
    from avanp.sweeps import grid

    # The words first: a wrong one is told before anything is read.
    rates, names, sets = grid.parse_rates(lr), grid.parse_models(models), grid.parse_rules(rules)
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
        with shown("cells") as progress:
            result = run_sweep(
                rates,
                models=names,
                rules=sets,
                data=images,
                seeds=seeds,
                draws=draws,
                jobs=default_jobs() if jobs is None else jobs,
                out=out,
                progress=progress,
            )
    except KeyboardInterrupt:
        fail(f"interrupted: {kept}", 1)
    except BrokenExecutor:
        fail(f"a process was killed, perhaps for want of memory (try --jobs 1): {kept}", 1)
    if out:
        written(out)
    else:
        click.echo("nothing is kept: --out DIR keeps rows and pictures")
    click.echo(f"\n{result}", nl=False)


@cli.command(
    cls=Examples,
    short_help="Redraw a sweep's tables and pictures without training.",
    examples=["avanp tables runs/ten"],
)
@click.argument("directory", metavar="DIR")
def tables(directory: str) -> None:
    """Redraw tables and pictures of a sweep from its rows, without training."""
    from pathlib import Path

    from avanp.report import terminal
    from avanp.report.write import write_all
    from avanp.sweeps.store import read_config, read_rows

    config = read_config(Path(directory))
    rows = read_rows(Path(directory))
    if not rows:
        raise AvanpError(f"{directory} has no finished row yet: run its sweep again")
    drawn = write_all(Path(directory), rows, config)["tables"]
    written(directory)
    click.echo(f"\n{terminal.render(drawn)}", nl=False)


cli.add_command(data)


@cli.command(
    cls=Examples,
    short_help="Check every derivative numerically.",
    examples=["avanp gradcheck", "avanp gradcheck dense AVA5"],
)
@click.argument("names", nargs=-1, metavar="[NAME …]")
def gradcheck(names: tuple[str, ...]) -> None:
    """Check every registered derivative numerically, in float64, and print a table.

    Exits with 1 if one fails.
    """
    from avanp.gradcases import run as check

    reports = check(list(names) or None)
    click.echo(f"{'name':24}{'worst relative error':>22}  pass")
    for report in reports:
        click.echo(f"{report.name:24}{report.error:>22.1e}  {'yes' if report.ok else 'NO'}")
    failed = [report.name for report in reports if not report.ok]
    if failed:
        fail(f"{len(failed)} of {len(reports)} derivatives are wrong: {', '.join(failed)}", 1)


def main() -> NoReturn:
    """Run the command; bad input ends with one line and exit code 2."""
    run(cli)
