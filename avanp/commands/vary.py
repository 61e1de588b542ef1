"""`avanp vary`."""

import click

from avanp.commands import options
from avanp.commands.chosen import Chosen, chosen_images
from avanp.console import Examples, one_line, written

SHOWN = 16  # images in the sheet
ROWS = 4  # of their variations


@click.command(
    cls=Examples,
    examples=[
        "avanp vary runs/dfc --eps 0.2 --per-image 4 --out varied",
        "avanp vary runs/dfc --data photos/rare --size 64x64 --sampled --out varied",
        "avanp vary runs/dfc --label mel --out varied",
    ],
)
@options.checkpoint
@chosen_images(
    help="A part of the images. Default: train of those the model was trained on, all of others."
)
@click.option("--label", metavar="CLASS", help="The images of one class alone.")
@click.option("--eps", default=0.2, show_default=True, help="Deviation of the noise (Eq. 7).")
@click.option("--per-image", default=4, show_default=True, help="How many of each image.")
@click.option(
    "--sampled", is_flag=True, help="Start from a draw of the code, as the paper's program, not mu."
)
@click.option("--out", required=True, metavar="DIR", help="A new folder.")
@options.seed
def vary(
    checkpoint: str,
    chosen: Chosen,
    label: str | None,
    eps: float,
    per_image: int,
    sampled: bool,
    out: str,
    seed: int,
) -> None:
    """Encode images, add noise to their codes, and decode them: z + eps N(0, I).

    DIR gets the new images in images/, sources.csv, which names the image that each was made of,
    with its label and its group, and sheet.png, some images above what was made of them.
    """
    import math
    from pathlib import Path

    import numpy as np

    from avanp.commands.loading import load_able
    from avanp.commands.loading_images import images_for
    from avanp.data.size import MAX_BYTES
    from avanp.errors import AvanpError
    from avanp.evaluation.variations import variations, write_sources
    from avanp.pictures.save import save_image, save_images
    from avanp.pictures.sheets import labelled_rows
    from avanp.progress import shown
    from avanp.rng import stream

    folder = Path(out)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise AvanpError(f"{out!r} is there already: name a new folder")
    system, about = load_able(checkpoint, "encode")
    if "generate" not in system.can:
        raise AvanpError(f"{checkpoint!r} holds a {system.name}, which makes no images")
    split = chosen.split or ("train" if chosen.data is None else "all")
    images = images_for(system, about, chosen._replace(split=split))
    if label is not None:
        if images.labels is None or label not in images.classes:
            there = ", ".join(images.classes) or "none"
            raise AvanpError(f"{images.name} has no class {label!r}: choose from {there}")
        images = images.select(np.flatnonzero(images.labels == images.classes.index(label)))
    most = MAX_BYTES // (4 * math.prod(system.config.shape) * len(images))
    if per_image > most:
        raise AvanpError(
            f"{per_image} of {len(images)} images do not fit in memory: at most {most}"
        )
    made = variations(
        system, images.images, eps, per_image, stream(seed, "sample"), sampled=sampled
    )
    with shown("images") as progress:
        save_images(made, str(folder / "images"), progress)
    files = sorted(f"images/{path.name}" for path in (folder / "images").iterdir())
    write_sources(folder / "sources.csv", files, images, per_image)
    some = np.arange(min(SHOWN, len(images))) * len(images) // min(SHOWN, len(images))
    rows = {"original": images.images[some]}
    for i in range(min(per_image, ROWS)):
        rows[f"variation {i + 1}"] = made[some * per_image + i]
    save_image(labelled_rows(rows), folder / "sheet.png")
    click.echo(one_line(f"{images.name}: {len(made)} images of {len(images)} {split} images"))
    written(out)
