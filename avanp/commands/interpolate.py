"""`avanp interpolate`."""

import click

from avanp.commands import options
from avanp.commands.chosen import Chosen, chosen_images
from avanp.console import Examples, written

MOST_STEPS = 1000


@click.command(
    cls=Examples,
    examples=[
        "avanp interpolate runs/vae --out strip.png",
        "avanp interpolate runs/vae --between 3 17 --steps 12 --out strip.png",
        "avanp interpolate runs/vae --steps 30 --out walk.gif",
    ],
)
@options.checkpoint
@chosen_images("test")
@click.option(
    "--between",
    nargs=2,
    type=int,
    metavar="I J",
    help="Two images of --split, counted from 0 in that part. Without it, two new codes.",
)
@click.option("--steps", default=9, show_default=True, help="Images, with both ends.")
@click.option("--out", required=True, metavar="FILE", help="A strip (.png, …) or a .gif.")
@options.seed
def interpolate(
    checkpoint: str,
    chosen: Chosen,
    between: tuple[int, int] | None,
    steps: int,
    out: str,
    seed: int,
) -> None:
    """Draw what lies between two codes.

    Between codes of the prior it goes along a great circle, between those of a mixture or of two
    images along a straight line; it begins and ends with their reconstructions, and the images
    themselves then stand at the ends of the strip.
    """
    from pathlib import Path

    from avanp.commands.loading import load_able
    from avanp.commands.loading_images import images_for
    from avanp.errors import AvanpError
    from avanp.evaluation.codes import images_of
    from avanp.evaluation.interpolation import lerp, walk
    from avanp.pictures.gif import write_gif
    from avanp.pictures.save import check_picture, save_strip
    from avanp.rng import stream

    if steps > MOST_STEPS:
        raise AvanpError(f"--steps must be at most {MOST_STEPS}, not {steps}")
    moving = Path(out).suffix.lower() == ".gif"
    if not moving:
        check_picture(out)
    ends, names = None, ("", "")
    if between is None:
        if chosen.data is not None:
            raise AvanpError("give --between I J with --data: which two images")
        system, _ = load_able(checkpoint, "generate")
        drawn = system.decode(walk(system, steps, stream(seed, "sample")))
    else:
        system, about = load_able(checkpoint, "encode")
        images = images_for(system, about, chosen)
        if not all(0 <= i < len(images) for i in between):
            raise AvanpError(f"--between needs two of the images 0 to {len(images) - 1}")
        ends = images.images[list(between)]
        names = (f"image {between[0]}", f"image {between[1]}")
        a, b = system.encode(ends)[0]
        drawn = images_of(system, lerp(a, b, steps))
    if moving:
        write_gif(drawn, Path(out))
    else:
        save_strip(drawn, ends, out, names)
    written(out)
