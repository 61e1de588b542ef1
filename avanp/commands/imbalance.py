"""`avanp imbalance`."""

from typing import Any

import click

from avanp.commands import options
from avanp.console import Examples, one_line, written

USUAL: dict[str, Any] = {"seeds": "10", "n_syn": "0:800:100", "steps": 400, "size": None}
QUICK: dict[str, Any] = {"seeds": "4", "n_syn": "100,400", "steps": 150, "size": "64x64"}


@click.command(
    cls=Examples,
    examples=[
        "avanp imbalance --data photos --minority rare --size 64x64 --out runs/rare",
        "avanp imbalance --data photos --minority rare --features vgg16 --out runs/rare",
        "avanp imbalance --data photos --minority rare --quick --out runs/look",
        "avanp imbalance --data ham10000 --size 64x64 --minority mel --keep 200 --out runs/mel",
        "avanp imbalance --data photos --minority rare --protocol as-released --out runs/leak",
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
    "--protocol", type=click.Choice(["clean", "as-released"]), default="clean", show_default=True,
    help="as-released: what the paper's program did, with the gain that its leak alone makes.",
)  # fmt: skip
@click.option(
    "--n-syn", metavar="FIRST:LAST:STEP|N,…", help="How many images are added. [default: 0:800:100]"
)
@click.option("--seeds", metavar="N|FIRST:LAST", help="20: seeds 0 … 19. [default: 10]")
@click.option(
    "--generator", "generators", multiple=True, default=["VAE"], show_default=True,
    metavar="MODEL", help="What makes images: DFC-VAE, SSAVAE, GAN, BEGAN …; may be given twice.",
)  # fmt: skip
@click.option("--steps", type=click.IntRange(1), help="Of its training. [default: 400]")
@click.option(
    "--features", default="random-conv", show_default=True,
    help="What the classifier sees: random-conv, pixels, or vgg16, vgg16:FILE.",
)  # fmt: skip
@click.option(
    "--head", type=click.Choice(["linear", "mlp"]), default="linear", show_default=True,
    help="What classifies them; the mlp knows its training images by heart, as the paper's nets.",
)  # fmt: skip
@click.option(
    "--quick", is_flag=True,
    help="A first look in minutes: --size 64x64 --n-syn 100,400 --seeds 4 --steps 150, where they "
    "are not given.",
)  # fmt: skip
@click.option(
    "--out", required=True, metavar="DIR", help="Keep everything; the same command continues."
)
def imbalance(
    data: str,
    size: str | None,
    minority: str,
    keep: int | None,
    protocol: str,
    n_syn: str | None,
    seeds: str | None,
    generators: tuple[str, ...],
    steps: int | None,
    features: str,
    head: str,
    quick: bool,
    out: str,
) -> None:
    """Compare what may help a rare class with doing nothing, on images that nothing has seen.

    Each seed divides every class into 85 % to train on and 15 % to test on, whole groups only. A
    classifier of a frozen net's features, a logistic regression or an mlp, is trained with N more
    images of the class: copies, flips and rotations, copies with noise, SMOTE where
    imbalanced-learn is there, and those of a generator that has seen the class's training images
    alone; beside them class weights, and the same decision for a prior of so many more. DIR then
    holds rows.jsonl, by_n.csv, imbalance.png and report.html.
    """
    from importlib.util import find_spec
    from pathlib import Path

    from avanp.data.describe import describe
    from avanp.data.resolve import resolve
    from avanp.errors import AvanpError, extra
    from avanp.evaluation.feature_space import feature_space
    from avanp.experiments.seeds import parse_seeds
    from avanp.papers.dfc import imbalance_page as page
    from avanp.papers.dfc.generator import generator
    from avanp.papers.dfc.imbalance import run
    from avanp.papers.dfc.imbalance_notes import notes
    from avanp.papers.dfc.remedies import PLAIN, SMOTE
    from avanp.papers.dfc.study import IMBALANCE, RELEASED, Study, counts
    from avanp.progress import shown as bar
    from avanp.report import plot, terminal
    from avanp.runs.journal import opened

    usual = QUICK if quick else USUAL
    numbers, asked = parse_seeds(seeds or usual["seeds"]), counts(n_syn or usual["n_syn"])
    if find_spec("sklearn") is None:
        raise AvanpError(f"imbalance needs scikit-learn: {extra('imbalance')}")
    if features.partition(":")[0] not in ("random-conv", "pixels", "vgg16"):
        raise AvanpError(f"--features {features}: choose random-conv, pixels, vgg16 or vgg16:FILE")
    methods = list(dict.fromkeys(generator(name).name for name in generators))
    images = resolve(data, size or usual["size"])
    click.echo(one_line(describe(images, False)))
    if protocol != RELEASED:
        there = [name for name in PLAIN if name != SMOTE or find_spec("imblearn") is not None]
        methods = [*there, *methods]
    study = Study(
        images, minority, keep, asked, tuple(methods), features, feature_space(features, images),
        steps or usual["steps"], protocol, head,
    )  # fmt: skip
    with opened(out, IMBALANCE) as journal, bar("trainings") as progress:
        rows = run(study, numbers, journal, progress)
        page.write(Path(out), rows, study.identity())
    for table in page.tables(rows, study.identity()):
        click.echo("\n" + terminal.drawn(table))
    click.echo("")
    for note in notes(rows, minority):
        click.echo(one_line(note))
    part = max(row["seen"] for row in rows)
    click.echo(f"seen in training, of the images held out: {part:.0%}")
    if not plot.charts_available():
        click.echo(f"no picture: {plot.MISSING}")
    written(out)
