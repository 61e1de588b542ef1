"""`avanp imbalance`."""

import click

from avanp.commands import options
from avanp.console import Examples, one_line, written


@click.command(
    cls=Examples,
    short_help="Test whether more images help a rare class.",
    examples=[
        "avanp imbalance --data photos --minority rare --size 64x64 --out runs/rare",
        "avanp imbalance --data photos --minority rare --features vgg16 --out runs/rare",
        "avanp imbalance --data ham10000 --size 64x64 --minority mel --keep 200 --out runs/mel",
    ],
)
@click.option(
    "--data", required=True, metavar="NAME|DIR", help="A labelled set, or a folder of classes."
)
@options.size
@click.option("--minority", required=True, metavar="CLASS", help="The class that is rare.")
@click.option(
    "--keep", type=click.IntRange(2), help="Use so many of its images; test on the others as well."
)
@click.option(
    "--n-syn", default="0:800:100", show_default=True, metavar="FIRST:LAST:STEP|N,…",
    help="How many images are added.",
)  # fmt: skip
@options.seeds("10")
@click.option(
    "--generator", "generators", multiple=True, type=click.Choice(["VAE", "DFC-VAE"]),
    default=["VAE"], show_default=True, help="What makes images; may be given twice.",
)  # fmt: skip
@click.option(
    "--steps", type=click.IntRange(1), default=400, show_default=True, help="Of its training."
)
@click.option(
    "--features", default="random-conv", show_default=True,
    help="What the classifier sees: random-conv, pixels, or vgg16, vgg16:FILE.",
)  # fmt: skip
@click.option(
    "--out", required=True, metavar="DIR", help="Keep everything; the same command continues."
)
def imbalance(
    data: str,
    size: str | None,
    minority: str,
    keep: int | None,
    n_syn: str,
    seeds: str,
    generators: tuple[str, ...],
    steps: int,
    features: str,
    out: str,
) -> None:
    """Compare what may help a rare class with doing nothing, on images that nothing has seen.

    Each seed divides every class into 85 % to train on and 15 % to test on, whole groups only. A
    logistic regression on a frozen net's features is trained with N more images of the class:
    copies, flips and rotations, SMOTE where imbalanced-learn is there, and those of a generator
    that has seen the class's training images alone; beside them class weights, and the same
    decision for a prior of so many more. DIR then holds rows.jsonl, by_n.csv and imbalance.png.
    """
    from importlib.util import find_spec
    from pathlib import Path

    from avanp.data.resolve import describe, resolve
    from avanp.errors import AvanpError
    from avanp.evaluation.feature_space import feature_space
    from avanp.experiments.axes import parse_seeds
    from avanp.files import write_whole
    from avanp.papers.dfc import imbalance_shown as shown
    from avanp.papers.dfc.imbalance import IMBALANCE, Study, counts, run
    from avanp.papers.dfc.imbalance_verdict import judged
    from avanp.papers.dfc.remedies import PLAIN, SMOTE
    from avanp.progress import shown as bar
    from avanp.report import plot, terminal
    from avanp.runs.journal import opened

    numbers, asked = parse_seeds(seeds), counts(n_syn)
    if find_spec("sklearn") is None:
        raise AvanpError("imbalance needs pip install 'avanp[imbalance]' (scikit-learn)")
    if features.partition(":")[0] not in ("random-conv", "pixels", "vgg16"):
        raise AvanpError(f"--features {features}: choose random-conv, pixels, vgg16 or vgg16:FILE")
    images = resolve(data, size)
    click.echo(one_line(describe(images, False)))
    plain = [name for name in PLAIN if name != SMOTE or find_spec("imblearn") is not None]
    methods = (*plain, *dict.fromkeys(generators))
    space = feature_space(features, images)
    study = Study(images, minority, keep, asked, methods, features, space, steps)
    with opened(out, IMBALANCE) as journal, bar("trainings") as progress:
        rows = run(study, numbers, journal, progress)
        write_whole(Path(out) / "by_n.csv", shown.by_n(rows).encode())
        if plot.charts_available():
            write_whole(Path(out) / "imbalance.png", plot.png(shown.chart(rows, minority)))
    larger = rows[0]["rest_f1"] is not None
    click.echo("\n" + terminal.drawn(shown.verdicts(judged(rows), minority, larger)))
    part = max(row["seen"] for row in rows)
    click.echo(f"\nseen in training, of the images held out: {part:.0%}")
    if not plot.charts_available():
        click.echo(f"no picture: {plot.MISSING}")
    written(out)
