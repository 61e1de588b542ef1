"""`avanp evaluate`."""

import textwrap

import click

from avanp.commands import options
from avanp.commands.chosen import Chosen, chosen_images
from avanp.console import Examples, one_line, written

DIVERSITY = (
    "Diversity is the mean distance of two generated images over that of two test images. What it "
    "should be near is the column real, which is about 1 unless images are few."
)


@click.command(
    cls=Examples,
    examples=[
        "avanp evaluate runs/vae",
        "avanp evaluate runs/vae --features classifier:runs/classifier -n 5000 --json scores.json",
        "avanp evaluate runs/classifier --confusion confusion.png",
        "avanp evaluate runs/vae --data photos --size 64x64 --features pca",
    ],
)
@options.checkpoint
@chosen_images(help="")
@click.option(
    "--features",
    default="random-conv",
    show_default=True,
    help="Of Fréchet distance, diversity, precision and recall: random-conv, pixels, pca, "
    "classifier:CHECKPOINT, or vgg16:FILE.",
)
@click.option(
    "--classifier",
    metavar="CHECKPOINT",
    help="Count the classes that generated images reach, and the reconstructions that keep theirs.",
)
@click.option("--confusion", metavar="FILE", help="Draw a classifier's confusion matrix.")
@click.option("-n", default=2000, show_default=True, help="At most so many images each.")
@click.option("--json", "json_file", metavar="FILE", help="Write the scores to FILE as well.")
@options.seed
def evaluate(
    checkpoint: str,
    chosen: Chosen,
    features: str,
    classifier: str | None,
    confusion: str | None,
    n: int,
    json_file: str | None,
    seed: int,
) -> None:
    """Score a model on test images that it has not seen.

    The column "real" tells what a good number is: the same score with training images in the
    place of generated ones, and with the nearest training image in the place of a reconstruction.

    Grain that a model draws into samples (--texture) counts for Fréchet distance, precision, recall
    and classes. Diversity, the nearest training image and what samples look like are of decoded
    codes without it.
    """
    import os

    import numpy as np

    from avanp.commands.loading import load_able, load_any
    from avanp.commands.loading_images import train_and_test
    from avanp.errors import AvanpError
    from avanp.evaluation.feature_space import feature_space, load_classifier
    from avanp.evaluation.looks import Look, told
    from avanp.evaluation.score import to_json
    from avanp.evaluation.scores import evaluate as score
    from avanp.evaluation.scores import evaluate_classifier
    from avanp.pictures.confusion import confusion_picture
    from avanp.pictures.save import check_picture, save_image
    from avanp.progress import shown
    from avanp.report.scores import about_line, class_table, table
    from avanp.training.checkpoint import describe
    from avanp.training.folder import checkpoint_in

    if json_file is not None and (not json_file or os.path.isdir(json_file)):
        raise AvanpError(f"cannot write {json_file!r}: --json names a file")

    system, about = load_any(checkpoint)
    if confusion is not None:
        check_picture(confusion)
        if "classify" not in system.can:
            raise AvanpError(f"--confusion is for classifiers, and {checkpoint!r} is none")
    if not system.can & {"generate", "reconstruct"} and "classify" in system.can:
        train, test = train_and_test(system, about, chosen)
        result = evaluate_classifier(system, test)
        click.echo(one_line(f"{system.name} on {test.name}: {len(test):,} test images"))
        click.echo(f"\n{table(result['scores'])}\n{class_table(result['classes'])}", nl=False)
        if confusion is not None:
            picture = confusion_picture(np.array(result["confusion"]), test.classes)
            save_image(picture, confusion)
            written(confusion)
    else:
        ability = "generate" if "generate" in system.can else "reconstruct"
        model, about = load_able(checkpoint, ability)
        shape = model.config.shape
        judge = None if classifier is None else load_classifier(classifier, shape)
        train, test = train_and_test(model, about, chosen)
        space = feature_space(features, train)
        counts = f"{len(test):,} test, {len(train):,} training images"
        click.echo(one_line(f"{model.name} on {test.name}: {counts}"))
        with shown("parts") as progress:
            step = describe(checkpoint_in(checkpoint)).get("step")
            result = score(
                model,
                train,
                test,
                space,
                n=n,
                seed=seed,
                classifier=judge,
                steps=step if isinstance(step, int) else None,
                progress=progress,
            )
        click.echo(f"\n{table(result['scores'])}", nl=False)
        if "generate" in system.can:
            click.echo(f"\n{about_line(result)}\n{textwrap.fill(DIVERSITY, 100)}")
        for line in told([Look(**one) for one in result["looks"]], checkpoint):
            click.echo("\n" + textwrap.fill(one_line(line), 100, break_on_hyphens=False))
    if json_file is not None:
        to_json(result, json_file, model=system.name, data=test.name, checkpoint=checkpoint)
        written(json_file)
