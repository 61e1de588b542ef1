"""`avanp encode`."""

import click

from avanp.commands import options
from avanp.commands.chosen import Chosen, chosen_images
from avanp.console import Examples, one_line, written


@click.command(
    cls=Examples,
    examples=[
        "avanp encode runs/vae --out codes.npz",
        "avanp encode runs/vae --data photos --size 64x64 --out codes.csv",
    ],
)
@options.checkpoint
@chosen_images("all")
@click.option(
    "--out",
    required=True,
    metavar="FILE",
    help=".npz: mu, logvar (N, latent), names, and labels, classes where there are any. .csv: a "
    "row an image.",
)
def encode(
    checkpoint: str,
    chosen: Chosen,
    out: str,
) -> None:
    """Write the mean and the log-variance of every image's code."""
    from pathlib import Path

    from avanp.commands.loading import load_able
    from avanp.commands.loading_images import images_for
    from avanp.errors import AvanpError
    from avanp.evaluation.codes import write_codes

    if Path(out).suffix.lower() not in (".npz", ".csv"):
        raise AvanpError(f"cannot write {out!r}: its name must end in .npz or .csv")
    system, about = load_able(checkpoint, "encode")
    images = images_for(system, about, chosen)
    mu, logvar = system.encode(images.pixels)
    write_codes(Path(out), images, mu, logvar)
    told = f"{images.name}: {len(mu)} images, codes of {mu.shape[1]} numbers"
    click.echo(one_line(told))
    written(out)
