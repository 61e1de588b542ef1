"""`avanp manifold`."""

import click

from avanp.commands import options
from avanp.commands.chosen import Chosen, chosen_images
from avanp.console import Examples, one_line, written

MOST_SIDE = 60
GAP = 1  # pixel between two images: without one they run into each other


@click.command(
    cls=Examples,
    examples=[
        "avanp manifold runs/ssavae --out grid.png",
        "avanp manifold runs/vae --side 30 --out grid.png",
    ],
)
@options.checkpoint
@chosen_images("test")
@click.option("--side", default=20, show_default=True, help="Images a row, and a column.")
@click.option("--out", required=True, metavar="FILE", help="The picture to write: PNG, JPEG, ….")
def manifold(
    checkpoint: str,
    chosen: Chosen,
    side: int,
    out: str,
) -> None:
    """Draw what a grid of codes is decoded to.

    The grid goes from the 5th to the 95th percentile of the images' codes: of their two numbers,
    or along the first two principal components of larger codes, as in avanp latent.
    """
    from avanp.commands.loading import load_able
    from avanp.commands.loading_images import images_for
    from avanp.errors import AvanpError
    from avanp.evaluation.codes import images_of
    from avanp.evaluation.plane import plane
    from avanp.pictures.pixels import to_rgb
    from avanp.pictures.save import check_picture, save_image
    from avanp.pictures.sheets import contact_sheet

    if not 2 <= side <= MOST_SIDE:
        raise AvanpError(f"--side must be from 2 to {MOST_SIDE}, not {side}")
    system, about = load_able(checkpoint, "reconstruct")
    check_picture(out)
    images = images_for(system, about, chosen)
    mu, _ = system.encode(images.pixels)
    seen = plane(mu)
    drawn = images_of(system, seen.grid(mu, side))
    save_image(contact_sheet(to_rgb(drawn), columns=side, pad=GAP), out)
    told = f"{side}x{side} codes; across {seen.names[0]}, up {seen.names[1]}"
    click.echo(one_line(told))
    written(out)
