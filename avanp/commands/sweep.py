"""`avanp sweep`."""

import click

from avanp.console import Examples, fail, written


@click.command(
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
