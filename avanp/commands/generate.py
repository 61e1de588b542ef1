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
        "avanp generate runs/ssavae --label 7 --out sevens.png",
        "avanp generate runs/vae --around photo.png -n 16 --out like_it.png",
    ],
)
@options.checkpoint
@click.option("-n", default=64, show_default=True, help="How many images.")
@click.option("--label", metavar="CLASS", help="Of a class, by name or number: of an SSAVAE.")
@click.option("--around", metavar="IMAGE", help="Of codes drawn around that of an image file.")
@click.option(
    "--out",
    required=True,
    metavar="FILE|DIR",
    help="A sheet (.png, .jpg, …), arrays (.npz: images, z), or a folder of single PNGs.",
)
@options.seed
def generate(
    checkpoint: str, n: int, label: str | None, around: str | None, out: str, seed: int
) -> None:
    """Draw images of codes z from the model's prior: N(0, I), or what its classes' codes fill."""
    import math
    from pathlib import Path

    from avanp.commands.loading import class_named, image_for, load_able
    from avanp.data.size import MAX_BYTES
    from avanp.errors import AvanpError
    from avanp.evaluation.codes import around_codes, images_of
    from avanp.pictures.pixels import to_bytes
    from avanp.pictures.save import WRITERS, check_picture, save_images
    from avanp.progress import shown
    from avanp.rng import stream

    if label is not None and around is not None:
        raise AvanpError("give --label or --around, one of the two")
    system, about = load_able(checkpoint, "generate" if label is None else "generate by class")
    if n < 1:
        raise AvanpError(f"-n must be at least 1, not {n}")
    most = MAX_BYTES // (8 * max(math.prod(system.config.shape), system.config.latent))
    if n > most:
        raise AvanpError(f"{n} images do not fit in memory: give -n {most} or less")
    if Path(out).suffix.lower() in WRITERS:
        check_picture(out)
    rng = stream(seed, "sample")
    if label is not None:
        z = system.noise_of([class_named(system, about, checkpoint, label)] * n, rng)
    elif around is not None:
        load_able(checkpoint, "encode")
        z = around_codes(system, image_for(system, around).images, n, rng)
    else:
        z = system.noise(n, rng)
    made = system.decode(z) if around is None else images_of(system, z)
    with shown("images") as progress:
        save_images(to_bytes(made), out, progress, z=z)
    written(out)
