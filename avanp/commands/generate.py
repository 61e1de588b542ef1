"""`avanp generate`."""

import click

from avanp.commands import options
from avanp.console import Examples, written


@click.command(
    cls=Examples,
    short_help="Draw new images.",
    examples=[
        "avanp generate runs/vae -n 64 --out samples.png",
        "avanp generate runs/vae -n 1000 --out samples --seed 1",
        "avanp generate runs/vae -n 10000 --out samples.npz",
    ],
)
@options.checkpoint
@click.option("-n", default=64, show_default=True, help="How many images.")
@click.option(
    "--out",
    required=True,
    metavar="FILE|DIR",
    help="A sheet (.png, .jpg, …), arrays (.npz: images, z), or a folder of single PNGs.",
)
@options.seed
def generate(checkpoint: str, n: int, out: str, seed: int) -> None:
    """Draw images of codes z from the model's prior, N(0, I)."""
    import math
    from pathlib import Path

    from avanp.commands.loading import load_able
    from avanp.data.size import MAX_BYTES
    from avanp.errors import AvanpError
    from avanp.pictures.pixels import to_bytes
    from avanp.pictures.save import WRITERS, check_picture, save_images
    from avanp.rng import stream

    system, _ = load_able(checkpoint, "generate")
    if n < 1:
        raise AvanpError(f"-n must be at least 1, not {n}")
    most = MAX_BYTES // (8 * max(math.prod(system.config.shape), system.config.latent))
    if n > most:
        raise AvanpError(f"{n} images do not fit in memory: give -n {most} or less")
    if Path(out).suffix.lower() in WRITERS:
        check_picture(out)
    z = system.noise(n, stream(seed, "sample"))
    save_images(to_bytes(system.decode(z)), out, z=z)
    written(out)
