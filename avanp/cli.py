"""The command `avanp`: thin, with imports inside the commands so that help answers at once."""

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from avanp.errors import AvanpError

# One BLAS thread a process: cells run in parallel as processes, and a sum's order is then fixed.
# These must stand before NumPy is imported.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


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


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="avanp")
def cli() -> None:
    """Adversarial variational autoencoders with hand-written derivatives, on the CPU.

    \b
    Start here:
      avanp sweep --lr 1.0:0.01           Tables 1-3 of the AVA paper
      avanp data show jungle --out j.png  look at the images
      avanp gradcheck                     check every derivative numerically
    """


@cli.command(
    cls=Examples,
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
@click.option("--models", default="all", show_default=True, help="Comma list, or all.")
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

    images = resolve(data, parse_size(size) if size is not None else None)
    click.echo(describe(images, data is None))

    from avanp.progress import shown
    from avanp.sweeps.memory import keep_freed_memory
    from avanp.sweeps.run import default_jobs
    from avanp.sweeps.run import sweep as run_sweep

    keep_freed_memory()
    try:
        with shown("cells") as progress:
            result = run_sweep(
                lr,
                models=models,
                rules=rules,
                data=images,
                seeds=seeds,
                draws=draws,
                jobs=default_jobs() if jobs is None else jobs,
                out=out,
                progress=progress,
            )
    except KeyboardInterrupt:
        kept = f"finished cells are in {out}; the same command continues" if out else "nothing kept"
        click.echo(f"avanp: interrupted: {kept}", err=True)
        sys.exit(1)
    click.echo(str(result), nl=False)
    click.echo(f"written to {out}" if out else "nothing kept: --out DIR keeps rows and pictures")


@cli.command(cls=Examples, examples=["avanp tables runs/ten"])
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
    click.echo(terminal.render(write_all(Path(directory), rows, config)["tables"]), nl=False)
    click.echo(f"written to {directory}")


@cli.group()
def data() -> None:
    """Look at sets of images."""


@data.command(
    cls=Examples,
    examples=[
        "avanp data show jungle --out jungle.png",
        "avanp data show photos --out sheet.png",
    ],
)
@click.argument("name", metavar="NAME|DIR")
@click.option("--out", required=True, metavar="FILE", help="The picture to write: PNG, JPEG, ….")
@click.option("--size", metavar="WxH", help="Resize the images, for example 100x64.")
def show(name: str, out: str, size: str | None) -> None:
    """Draw all images of a set on one sheet."""
    from avanp.data.resolve import describe, resolve
    from avanp.data.sheet import contact_sheet, save_image
    from avanp.data.size import parse_size

    images = resolve(name, parse_size(size) if size is not None else None)
    click.echo(f"{describe(images, False)}; {images.distinct} distinct")
    save_image(contact_sheet(images.images, labels=images.names), out)
    click.echo(f"written to {out}")


@cli.command(cls=Examples, examples=["avanp gradcheck", "avanp gradcheck dense AVA5"])
@click.argument("names", nargs=-1, metavar="[NAME …]")
def gradcheck(names: tuple[str, ...]) -> None:
    """Check every registered derivative numerically, in float64, and print a table.

    Exits with 1 if one fails.
    """
    from avanp.gradcases import run

    reports = run(list(names) or None)
    click.echo(f"{'name':24}{'worst relative error':>22}  pass")
    failed = 0
    for report in reports:
        click.echo(f"{report.name:24}{report.error:>22.1e}  {'yes' if report.ok else 'NO'}")
        failed += not report.ok
    if failed:
        click.echo(f"{failed} failed", err=True)
        sys.exit(1)


def main() -> NoReturn:
    """Run the command; bad input ends with one line and exit code 2."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        _fail(" ".join(error.format_message().split()), error.exit_code)
    except AvanpError as error:
        _fail(str(error), 2)
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted", 1)
    except BrokenPipeError:
        # The reader (head, less) has gone: nothing left to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(0)


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"avanp: {message}", err=True)
    sys.exit(code)
