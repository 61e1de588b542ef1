"""`avanp generate`."""

import click

from avanp.commands import options
from avanp.console import Examples, written


@click.command(
    cls=Examples,
    examples=[
        "avanp generate runs/vae -n 64 --out samples.png",
        "avanp generate runs/vae -n 1000 --out samples --seed 1",
        "avanp generate runs/vae -n 10000 --out samples.npz",
        "avanp generate runs/vae --sampler gmm --out better.png",
        "avanp generate runs/ssavae --label 7 --out sevens.png",
        "avanp generate runs/vae --around photo.png -n 16 --out like_it.png",
    ],
)
@options.checkpoint
@click.option("-n", default=64, show_default=True, help="How many images.")
@click.option(
    "--sampler",
    type=click.Choice(["prior", "gmm", "class"]),
    help="Where codes are drawn: the model's prior, such as N(0, I); a mixture of Gaussians fitted "
    "to the codes of the training images; one for each class. Default: the mixture that the model "
    "keeps, or else its prior.",
)
@click.option(
    "--label",
    metavar="CLASS",
    help="Of a class, by name or number: of an SSAVAE, or of any model that encodes, by class.",
)
@click.option("--around", metavar="IMAGE", help="Of codes drawn around that of an image file.")
@click.option(
    "--out",
    required=True,
    metavar="FILE|DIR",
    help="A sheet (.png, .jpg, …), arrays (.npz: images, z), or a folder of single PNGs.",
)
@options.seed
def generate(
    checkpoint: str,
    n: int,
    sampler: str | None,
    label: str | None,
    around: str | None,
    out: str,
    seed: int,
) -> None:
    """Draw images of new codes.

    A mixture that the model does not keep, and those of classes, are fitted to the codes of its
    training images, which are read again: nothing is trained.
    """
    import math
    from pathlib import Path

    from avanp.commands.chosen import Chosen
    from avanp.commands.loading import class_named, load_able
    from avanp.commands.loading_images import image_for, images_for
    from avanp.data.size import MAX_BYTES
    from avanp.errors import AvanpError
    from avanp.evaluation.codes import around_codes, images_of
    from avanp.evaluation.sampling import fitted, of_classes
    from avanp.pictures.pixels import to_bytes
    from avanp.pictures.save import WRITERS, check_picture, save_images
    from avanp.progress import shown
    from avanp.rng import stream
    from avanp.systems.gaussian_mixture import draw
    from avanp.systems.mixture import kept

    if label is not None and around is not None:
        raise AvanpError("give --label or --around, one of the two")
    if sampler is not None and around is not None:
        raise AvanpError("--around draws around one image: leave out --sampler")
    if label is not None and sampler in ("prior", "gmm"):
        raise AvanpError(f"--sampler {sampler} knows no classes: leave it out, or --label")
    system, about = load_able(checkpoint, "generate")
    if sampler is None and label is not None and "generate by class" not in system.can:
        sampler = "class"
    images = None
    if sampler == "gmm" and kept(getattr(system, "state", {})) is not None:
        click.echo("note: the model keeps its mixture and draws of it without --sampler gmm")
        sampler = None
    if sampler in ("gmm", "class") and getattr(system.config, "labels", False):
        raise AvanpError("a conditional model draws by class as it is: leave out --sampler")
    if sampler in ("gmm", "class"):
        if "encode" not in system.can:
            raise AvanpError(f"{checkpoint!r} holds a {system.name}, which has no encoder to do so")
        images = images_for(system, about, Chosen(split="train"))
    if n < 1:
        raise AvanpError(f"-n must be at least 1, not {n}")
    most = MAX_BYTES // (8 * max(math.prod(system.config.shape), system.config.latent))
    if n > most:
        raise AvanpError(f"{n} images do not fit in memory: give -n {most} or less")
    if Path(out).suffix.lower() in WRITERS:
        check_picture(out)
    rng = stream(seed, "sample")
    if images is not None and sampler == "gmm":
        z = draw(fitted(system, images, rng), n, rng).astype(system.dtype)
    elif images is not None:
        of = None if label is None else class_named(list(images.classes), label)
        z, _ = of_classes(system, images, n, rng, of)
    elif label is not None:
        names = list(about.get("classes") or map(str, range(system.config.classes)))
        z = system.noise_of([class_named(names, label)] * n, rng)
    elif around is not None:
        load_able(checkpoint, "encode")
        z = around_codes(system, image_for(system, around).images, n, rng)
    else:
        prior = getattr(system, "prior", system.noise)
        z = (prior if sampler == "prior" else getattr(system, "codes", prior))(n, rng)
    encoded = around is not None or images is not None
    made = system.textured(images_of(system, z) if encoded else system.decode(z), rng)
    with shown("images") as progress:
        save_images(to_bytes(made), out, progress, z=z)
    click.echo(f"{n} of seed {seed}: another --seed draws others")
    written(out)
