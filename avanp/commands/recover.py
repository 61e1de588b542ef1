"""`avanp recover`."""

import click

from avanp.commands import options
from avanp.commands.chosen import Chosen, chosen_images
from avanp.console import Examples, one_line, written

MOST_STARTS = 1000


@click.command(
    cls=Examples,
    examples=[
        "avanp recover runs/vae --mask 0,4,8,4 --out recovered.png",
        "avanp recover runs/vae --missing 0.7 -n 12 --out recovered.png",
        "avanp recover runs/vae photo.png --mask mask.png --out recovered.png",
        "avanp recover runs/vae --noise 0.3 --out recovered.png",
    ],
)
@options.checkpoint
@click.argument("image", required=False)
@chosen_images("test")
@click.option("-n", default=8, show_default=True, help="How many images of the set.")
@click.option(
    "--mask",
    metavar="x,y,w,h|FILE",
    help="What is missing, in the pixels of IMAGE or of the set: a rectangle, or a picture of that "
    "size that is white there.",
)
@click.option("--missing", type=float, metavar="P", help="Take away this share of the pixels.")
@click.option("--noise", type=float, metavar="SD", help="Add normal noise; pixels are in [0, 1].")
@click.option("--steps", default=300, show_default=True, help="Of Adam, for each start.")
@click.option("--starts", type=int, help="Starts an image. Default: 1; 8 without an encoder.")
@click.option(
    "--out",
    required=True,
    metavar="FILE|DIR",
    help="A sheet (.png, .jpg, …), arrays (.npz: original, damaged, recovered, known), or a folder "
    "of single PNGs, the recovered.",
)
@options.seed
def recover(
    checkpoint: str,
    image: str | None,
    chosen: Chosen,
    n: int,
    mask: str | None,
    missing: float | None,
    noise: float | None,
    steps: int,
    starts: int | None,
    out: str,
    seed: int,
) -> None:
    """Fill what is missing in IMAGE, or in images of a set that are damaged first.

    For each image the code z is sought that minimises -log p(known pixels | z) + |z|²/2, by Adam
    through the frozen decoder, from the encoder's code of the damaged image or from codes of the
    prior. A model that keeps a mixture has it for the prior, and minus its logarithm for |z|²/2. p
    is the model's own likelihood, under --noise the noise's. Known pixels stay as they are, and
    what fills a hole is moved to meet them, without a seam; not so where there is noise.

    IMAGE is resized to the model's size, and its mask with it. Without --missing and --noise it is
    taken to be damaged already: its pixels under the mask are not looked at, and there is no PSNR;
    without --mask it is all noisy.
    """
    from pathlib import Path

    import numpy as np

    from avanp.commands.loading import load_able
    from avanp.commands.loading_images import image_for, images_for
    from avanp.data.decode import image_size
    from avanp.errors import AvanpError
    from avanp.evaluation.damage import filled, noisy, read_mask, scattered
    from avanp.evaluation.recover import recover as search
    from avanp.evaluation.subsets import spread
    from avanp.metrics.psnr import psnr
    from avanp.pictures.pixels import to_bytes
    from avanp.pictures.save import WRITERS, check_picture, save_arrays, save_image, save_images
    from avanp.pictures.sheets import labelled_rows
    from avanp.progress import shown
    from avanp.rng import stream

    system, about = load_able(checkpoint, "recover")
    suffix = Path(out).suffix.lower()
    if suffix in WRITERS:
        check_picture(out)
    elif suffix not in ("", ".npz"):
        raise AvanpError(f"cannot write {out!r}: give .png, .npz, or a folder without a suffix")
    if starts is not None and starts > MOST_STARTS:
        raise AvanpError(f"--starts must be at most {MOST_STARTS}, not {starts}")
    if image is not None and chosen.data is not None:
        raise AvanpError("give an image or --data, not both")
    if image is None and mask is None and missing is None and noise is None:
        raise AvanpError("say what is to be damaged: --mask, --missing or --noise")
    if image is not None:
        images = image_for(system, image)
        drawn_for = image_size(image)
    else:
        images = spread(images_for(system, about, chosen), n)
        drawn_for = images.width, images.height
    whole = images.as_float()  # (N, H, W, C)
    rng = stream(seed, "eval")
    known = np.ones(whole.shape[:3], bool)
    if mask is not None:
        known &= read_mask(mask, (images.width, images.height), drawn_for)
    if missing is not None:
        known &= scattered(missing, known.shape, rng)
    damaged = whole if noise is None else noisy(whole, noise, rng)
    keep = noise is None and not known.all()

    with shown("steps") as progress:
        found = search(
            system,
            damaged,
            known,
            rng,
            steps=steps,
            starts=starts,
            noise=noise,
            keep=keep,
            progress=progress,
        )
    seen = np.clip(filled(damaged, known), 0, 1)
    rows = {"original": whole, "damaged": seen, "recovered": found.images}
    if image is not None and missing is None and noise is None:
        del rows["original"]
    else:
        before, after = (psnr(rows[name], whole) for name in ("damaged", "recovered"))
        told = f"PSNR {before:.2f} dB damaged, {after:.2f} dB recovered, mean of {len(images)}"
        click.echo(one_line(f"{images.name}: {told}"))
        if keep:
            before, after = (psnr(rows[name], whole, ~known) for name in ("damaged", "recovered"))
            told = f"{before:.2f} dB damaged, {after:.2f} dB recovered"
            click.echo(f"of the hidden pixels alone: {told}")
    if suffix in WRITERS:
        save_image(labelled_rows(rows), out)
    elif suffix == ".npz":
        arrays = {name: to_bytes(pixels) for name, pixels in rows.items()}
        save_arrays(Path(out), known=known, **arrays)
    else:
        save_images(found.images, out)
    written(out)
