"""`avanp audit`."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from avanp.commands import options
from avanp.commands.failed_cells import retry, tell_failed
from avanp.commands.sweeping import ending, ran
from avanp.console import Examples, written
from avanp.errors import AvanpError

if TYPE_CHECKING:
    from avanp.data.images import ImageSet


@click.command(
    cls=Examples,
    examples=[
        "avanp audit --out runs/audit",
        "avanp audit --seeds 20:39 --out runs/again",
        "avanp audit --from runs/ten --claims-only",
        "avanp audit --data my/photos --size 100x64 --out runs/mine",
    ],
)
@options.seeds("20")
@options.sweep_data("; with --from, the sweep's own")
@options.size
@click.option("--from", "from_", metavar="DIR", help="Judge the sweep in DIR, and write there.")
@click.option(
    "--claims-only",
    is_flag=True,
    help="Judge the claims; train no ablation. Those that an audit of the same run has left stay.",
)
@options.jobs
@click.option("--out", metavar="DIR", help="Keep everything; the same command continues.")
@options.retry_failed
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
    retry_failed: bool,
) -> None:
    """Test nine conclusions of the paper and two of its aims over seeds, and what explains them.

    Runs a sweep of all models at the paper's 19 rates under the rules program, printed and
    exact, or reads one (--from). DIR then holds audit.json, audit.md and pictures in audit/,
    beside what `avanp sweep` writes. Twenty seeds of the paper's images take some five minutes on
    two cores, half of them for the trainings that --claims-only leaves out.
    """
    from avanp.experiments.axes import check_count
    from avanp.experiments.folder import read_run
    from avanp.experiments.seeds import parse_seeds
    from avanp.papers.ava.audit_words import few_seeds
    from avanp.papers.ava.experiment import AVA
    from avanp.papers.ava.subject import RULES
    from avanp.processors import usable
    from avanp.report.terminal import COLUMNS

    numbers = parse_seeds(seeds)
    jobs = usable() if jobs is None else jobs
    check_count("jobs", jobs)
    if from_ is not None:
        if out is not None:
            raise AvanpError("give --from, which writes into that folder, or --out, not both")
        for option in ("seeds", "size"):
            if ctx.get_parameter_source(option) is not click.core.ParameterSource.DEFAULT:
                raise AvanpError(f"--{option} is for a new sweep: that in --from has its own")
        if retry_failed:
            raise AvanpError("--retry-failed runs no cell of --from: give it to the sweep itself")
        rows, config = read_run(Path(from_), AVA)
        images = None if claims_only else _images_of(config, data)
    else:
        if few := few_seeds(numbers):
            click.echo(textwrap.fill(few, COLUMNS))
        if not claims_only:
            click.echo(
                "two parts: the sweep, then the ablations, some 3,300 pieces however many seeds "
                "there are\n(--claims-only leaves them out)"
            )
        images, result = ran(
            AVA,
            {"rules": RULES, "seeds": numbers},
            data=data,
            size=size,
            out=out,
            retry_failed=retry_failed,
            jobs=jobs,
        )
        rows, config, images = result.rows, result.config, images.with_channels(3)
    _judged(rows, config, None if claims_only else images, jobs, from_ or out)
    own = "its sweep, with --retry-failed, runs them again"
    tell_failed(rows, own if from_ else retry(out))


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
        other = f"{name!r} holds other images than the sweep's"
        raise AvanpError(f"{other}: give --data with those, or --claims-only")
    return images


def _judged(
    rows: list[dict[str, Any]],
    config: dict[str, Any],
    images: "ImageSet | None",
    jobs: int,
    directory: str | None,
) -> None:
    from avanp.papers.ava import audit as run
    from avanp.papers.ava import audit_text as terminal
    from avanp.papers.ava.earlier_audit import ablations_of
    from avanp.progress import shown

    sweep = f"the sweep is in {directory}; the same command continues, with --claims-only "
    left = sweep + "without ablations" if directory else "nothing kept"
    with ending(directory, left):
        if images is None:
            document, pictures = run.audit(rows, config)
            if directory:
                there = (Path(directory) / run.NAME).exists()
                document["ablations"] = ablations_of(Path(directory), document)
                if there and not document["ablations"]:
                    click.echo("no ablations are kept: the audit before has none of these cells")
        else:
            with shown("trainings") as progress:
                document, pictures = run.audit(rows, config, images, jobs=jobs, progress=progress)
        if directory:
            run.write(Path(directory), document, pictures)
    click.echo(terminal.render(document), nl=False)
    if not directory:
        return click.echo("nothing is kept: --out DIR keeps tables and pictures")
    written(f"{directory}: audit.md, audit.json; avanp report {directory} makes one page of it")
