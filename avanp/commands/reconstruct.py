"""`avanp reconstruct`."""

import click

from avanp.commands import options
from avanp.commands.chosen import Chosen, chosen_images
from avanp.console import Examples, one_line, written


@click.command(
    cls=Examples,
    examples=[
        "avanp reconstruct runs/vae --out pairs.png",
        "avanp reconstruct runs/vae --data photos --size 64x64 -n 24 --out pairs.png",
    ],
)
@options.checkpoint
@chosen_images("test")
@click.option("-n", default=12, show_default=True, help="How many images, spread over the set.")
@click.option("--out", required=True, metavar="FILE", help="The picture to write: PNG, JPEG, ….")
def reconstruct(
    checkpoint: str,
    chosen: Chosen,
    n: int,
    out: str,
) -> None:
    """Draw a row of images above the row of what the model makes of their codes."""
    from avanp.commands.loading import load_able
    from avanp.commands.loading_images import images_for
    from avanp.evaluation.subsets import spread
    from avanp.metrics.psnr import psnr
    from avanp.pictures.save import check_picture, save_image
    from avanp.pictures.sheets import labelled_rows

    system, about = load_able(checkpoint, "reconstruct")
    check_picture(out)
    images = spread(images_for(system, about, chosen), n)
    again = system.reconstruct(images.images)
    save_image(labelled_rows({"original": images.images, "reconstruction": again}), out)
    score = psnr(again, images.images)
    of = "" if chosen.split == "all" else f"{chosen.split} "
    told = f"{images.name}: PSNR {score:.2f} dB, mean of {len(images)} {of}images"
    click.echo(one_line(told))
    written(out)
