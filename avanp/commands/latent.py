"""`avanp latent`."""

import click

from avanp.commands import options
from avanp.commands.chosen import Chosen, chosen_images
from avanp.console import Examples, one_line, written


@click.command(
    cls=Examples,
    examples=[
        "avanp latent runs/ssavae --out codes.png",
        "avanp latent runs/vae --split train -n 5000 --out codes.png",
    ],
)
@options.checkpoint
@chosen_images("test")
@click.option("-n", default=2000, show_default=True, help="At most so many images.")
@click.option("--out", required=True, metavar="FILE", help="The picture to write: PNG, JPEG, ….")
def latent(
    checkpoint: str,
    chosen: Chosen,
    n: int,
    out: str,
) -> None:
    """Draw a point for the mean of every image's code, coloured by its class.

    Codes of two numbers are drawn as they are, larger ones along their first two principal
    components. Without labels a model that classifies says the classes.
    """
    from avanp.commands.loading import load_able
    from avanp.commands.loading_images import images_for
    from avanp.evaluation.plane import plane
    from avanp.evaluation.subsets import spread
    from avanp.metrics.silhouette import silhouette
    from avanp.pictures.scatter import check_scatter, save_scatter

    system, about = load_able(checkpoint, "encode")
    check_scatter(out)
    images = spread(images_for(system, about, chosen), n)
    mu = system.encode(images.pixels)[0]
    # The class behind a conditional model's code is told apart without a look at it.
    mu = mu[:, : mu.shape[1] - getattr(system.config, "labels", 0)]
    seen = plane(mu)
    labels, classes, whose = images.labels, images.classes, "classes"
    if labels is None and "classify" in system.can:
        labels, whose = system.probabilities(images.pixels).argmax(axis=1), "classes as it says"
        classes = tuple(about.get("classes") or map(str, range(system.config.classes)))
    title = f"{system.name} on {images.name}: codes of {len(mu)} images"
    save_scatter(seen.of_codes(mu), labels, classes, out, names=seen.names, title=title)
    told = f"{images.name}: {len(mu)} {chosen.split} images, codes of {mu.shape[1]} numbers"
    if labels is not None and len(set(labels.tolist())) > 1:
        told += f", silhouette by {whose} {silhouette(mu, labels):.3f}"
    click.echo(one_line(told))
    written(out)
