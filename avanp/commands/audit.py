"""`avanp audit`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from avanp.console import Examples, fail, written
from avanp.errors import AvanpError

if TYPE_CHECKING:
    from avanp.data.images import ImageSet


@click.command(
    cls=Examples,
    short_help="Test which of the paper's claims hold.",
    examples=[
        "avanp audit --out runs/audit",
        "avanp audit --seeds 20:39 --out runs/again",
        "avanp audit --from runs/ten --claims-only",
        "avanp audit --data my/photos --size 100x64 --out runs/mine",
    ],
)
@click.option(
    "--seeds",
    metavar="N|FIRST:LAST",
    default="20",
    show_default=True,
    help="20: seeds 0 … 19. 20:39: seeds 20 … 39.",
)
@click.option(
    "--data",
    metavar="NAME|DIR",
    help="A named set or a folder of images. Default: orbit, the paper's images, where found, "
    "and jungle, built in, where not; with --from, the sweep's own.",
)
@click.option("--size", metavar="WxH", help="Resize the images, for example 100x64.")
@click.option("--from", "from_", metavar="DIR", help="Judge the sweep in DIR, and write there.")
@click.option("--claims-only", is_flag=True, help="Judge the claims; train no ablation.")
@click.option("--jobs", type=int, help="Processes, one thread each. Default: one a processor.")
@click.option("--out", metavar="DIR", help="Keep everything; the same command continues.")
@click.pass_context
def audit(
    ctx: click.Context,
    seeds: str,
    data: str | None,
    size: str | None,
    from_: str | None,
    claims_only: bool,
    jobs: int | None,
    out: str | None,
) -> None:
    """Test each claim of the paper's section 3 over seeds, and show what explains the verdicts.

    Runs a sweep of all models at the paper's 19 rates under the rules program, printed and
    exact, or reads one (--from). DIR then holds audit.json, audit.md and pictures in audit/,
    beside what `avanp sweep` writes.
    """
    from avanp.audit import run  # noqa: F401 (what is missing is told before the sweep)
    from avanp.sweeps import grid
    from avanp.sweeps.configuration import check_count
    from avanp.sweeps.run import default_jobs

    numbers = grid.parse_seeds(seeds)
    jobs = default_jobs() if jobs is None else jobs
    check_count("jobs", jobs)
    if from_ is not None:
        if out is not None:
            raise AvanpError("give --from, which writes into that folder, or --out, not both")
        for option in ("seeds", "size"):
            if ctx.get_parameter_source(option) is not click.core.ParameterSource.DEFAULT:
                raise AvanpError(f"--{option} is for a new sweep: that in --from has its own")
        rows, config = _read(from_)
        images = None if claims_only else _images_of(config, data)
    else:
        images, rows, config = _swept(numbers, data, size, jobs, out)
    _judged(rows, config, None if claims_only else images, jobs, from_ or out)


def _read(directory: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    from avanp.sweeps.store import read_config, read_rows

    config = read_config(Path(directory))
    rows = read_rows(Path(directory))
    if not rows:
        raise AvanpError(f"{directory} has no finished row yet: run its sweep again")
    return rows, config


def _images_of(config: dict[str, Any], data: str | None) -> "ImageSet":
    """Return the images that a sweep was run on; others are an error."""
    from avanp.data.resolve import resolve
    from avanp.registry import DATASETS

    of = config["data"]
    name = of["name"] if data is None else data
    if data is None and name not in DATASETS:
        raise AvanpError(f"give --data DIR, the images of {name!r}; or --claims-only")
    images = resolve(name, (of["width"], of["height"])).with_channels(3)
    if images.sha256 != of["sha256"]:
        raise AvanpError(
            f"{name!r} holds other images than the sweep's: give --data with those, "
            "or --claims-only"
        )
    return images


def _swept(
    seeds: tuple[int, ...], data: str | None, size: str | None, jobs: int, out: str | None
) -> tuple["ImageSet", list[dict[str, Any]], dict[str, Any]]:
    from concurrent.futures import BrokenExecutor

    from avanp.audit.subject import RULES
    from avanp.data.resolve import describe, resolve
    from avanp.data.size import parse_size
    from avanp.memory import keep_freed_memory
    from avanp.progress import shown
    from avanp.sweeps.run import sweep

    images = resolve(data, parse_size(size) if size is not None else None).with_channels(3)
    click.echo(describe(images, data is None))
    keep_freed_memory()
    kept = f"finished cells are in {out}; the same command continues" if out else "nothing kept"
    try:
        with shown("cells") as progress:
            result = sweep(
                rules=RULES, data=images, seeds=seeds, jobs=jobs, out=out, progress=progress
            )
    except KeyboardInterrupt:
        fail(f"interrupted: {kept}", 1)
    except BrokenExecutor:
        fail(f"a process was killed, perhaps for want of memory (try --jobs 1): {kept}", 1)
    return images, result.rows, result.config


def _judged(
    rows: list[dict[str, Any]],
    config: dict[str, Any],
    images: "ImageSet | None",
    jobs: int,
    directory: str | None,
) -> None:
    from concurrent.futures import BrokenExecutor

    from avanp.audit import run, terminal
    from avanp.audit.subject import Subject
    from avanp.progress import shown

    kept = f"the sweep is in {directory}; the same command continues" if directory else ""
    try:
        if images is None:
            document, pictures = run.audit(rows, config)
        else:
            with shown("trainings") as progress:
                subject = Subject(rows, config, images)
                document, pictures = run.audit(rows, config, subject, jobs=jobs, progress=progress)
    except KeyboardInterrupt:
        fail(f"interrupted: {kept or 'nothing kept'}", 1)
    except BrokenExecutor:
        fail(f"a process was killed, perhaps for want of memory (try --jobs 1): {kept}", 1)
    if directory:
        run.write(Path(directory), document, pictures)
        written(directory)
    else:
        click.echo("nothing is kept: --out DIR keeps tables and pictures")
    click.echo(f"\n{terminal.render(document)}", nl=False)
