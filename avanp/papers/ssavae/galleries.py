"""The images of the SSAVAE experiment: Figs. 8, 9 and 10, of the first seed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from avanp.experiments.folder import picture_path
from avanp.papers.ssavae.cell import PLAIN, UNTRAINED, VEC_ALONE
from avanp.papers.ssavae.scores import SIDE
from avanp.papers.ssavae.tables import told
from avanp.report.gallery import Gallery, Picture
from avanp.runs.folder import Config, Rows


def reconstructions(folder: Path, rows: Rows, config: Config) -> Iterator[Gallery]:
    """Yield held-out images and what each decoder makes of them (Figs. 9 and 10)."""
    decoders = [name for name in config["decoders"] if name != VEC_ALONE]
    if not decoders:
        return
    lines = [("images", decoders[0], "real"), *((told(name), name, "") for name in decoders)]
    yield from _galleries(folder, config, "reconstructions", "Held-out images (Figs. 9, 10)", lines)


def new_images(folder: Path, rows: Rows, config: Config) -> Iterator[Gallery]:
    """Yield new images of each decoder, of drawn codes."""
    without = (VEC_ALONE, *UNTRAINED)
    lines = [(told(name), name, "new") for name in config["decoders"] if name not in without]
    if lines:
        title = "New images, of codes drawn for each class; of the VAE's, from its prior"
        yield from _galleries(folder, config, "new", title, lines)


def manifold(folder: Path, rows: Rows, config: Config) -> Iterator[Gallery]:
    """Yield what a grid of codes of two numbers is decoded to (Fig. 8)."""
    without = (VEC_ALONE, PLAIN, *UNTRAINED)
    lines = [(told(name), name, "grid") for name in config["decoders"] if name not in without]
    if lines and "2" in config["kz"]:
        title = f"{SIDE}×{SIDE} codes, over the middle nine tenths of those of images (Fig. 8)"
        only = {**config, "kz": ["2"]}
        yield from _galleries(folder, only, "manifold", title, lines, across=SIDE)


def _galleries(
    folder: Path,
    config: Config,
    name: str,
    title: str,
    lines: Sequence[tuple[str, str, str]],
    across: int = 1,
) -> Iterator[Gallery]:
    """Yield a gallery for each number of labels: a column for each Kz.

    Parameters
    ----------
    folder : Path
        Of the run.
    config : mapping
    name, title : str
        Of the galleries.
    lines : sequence of (str, str, str)
        What a row is called, its decoder, and the name of its strip.
    across : int
        Images beside each other in what a strip has as one.
    """
    from avanp.papers.ssavae.experiment import SSAVAE

    for kept in config["labels"]:
        shown = []
        for what, decoder, strip in lines:
            pictures = []
            for kz in config["kz"]:
                cell = {"kz": kz, "labels": kept, "decoder": decoder}
                path = picture_path(folder, SSAVAE, cell, strip)
                pictures.append(Picture(path, what, f"{title}, Kz = {kz}: {what}"))
            shown.append((what, pictures))
        heads = [f"Kz = {kz}" for kz in config["kz"]]
        yield Gallery(
            f"{name}-{kept}",
            f"{title}; {kept} labels, seed {config['seeds'][0]}",
            "decoder",
            heads,
            shown,
            across * config["data"]["width"],
        )
