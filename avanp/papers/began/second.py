"""A second set of images beside the run's own, as Appendix A has bedrooms beside faces."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from io import BytesIO
from itertools import product
from statistics import fmean
from typing import Any

from avanp.data.images import ImageSet
from avanp.data.resolve import resolve
from avanp.errors import AvanpError
from avanp.experiments.result import Arrays, Cell, Result
from avanp.experiments.row import arrays_of
from avanp.experiments.study import Call, Study
from avanp.papers.began.cell import run
from avanp.papers.began.tables import NAMES
from avanp.pictures.grid import draw_grid
from avanp.runs.folder import Rows

# Real images; the first of them that is here, and is not the run's own, is the second set.
SETS = ("fashion-mnist", "mnist", "digits")
ENLARGED = 48  # pixels of an image in the picture, at least
SAID = (
    "Appendix A prints no number: in its words no collapse and no drop of k on either set, and "
    "blurred bedrooms, for which the settings for faces did not suit"
)


def second_set(rows: Rows, config: Mapping[str, Any], images: ImageSet) -> Study:
    """Return the study: the cells of one γ and loss, trained on another set as well."""
    other = _other(images)
    shape = (images.width, images.height, images.channels)
    settings = {name: config[name] for name in ("steps", "width", "latent")}
    fixed = {"gamma": config["gammas"][0], "loss": config["losses"][0], "sign": "plus"}
    cells = [
        {**fixed, **settings, "variant": variant, "seed": seed}
        for variant, seed in product(config["variants"], config["seeds"])
    ]
    first = [{**fixed, "variant": cell["variant"], "seed": cell["seed"]} for cell in cells]
    own = [next(row for row in rows if row.items() >= cell.items()) for cell in first]
    names = (images.name, other)
    return Study(
        [Call(train_on, (other, shape, cell)) for cell in cells],
        partial(_tables, names, cells, own),
        partial(_sheet, cells),
    )


def train_on(data: Arrays, name: str, shape: tuple[int, int, int], cell: Cell) -> Result:
    """Run a cell on the named set at a width, height and number of channels, not on `data`.

    Parameters
    ----------
    data : dict of arrays
        What cells are given.
    name : str
        Of the set to train on.
    shape : (width, height, channels)
        What its images are made.
    cell : mapping
        The values of its axes.
    """
    return run(cell, _arrays(name, shape))


@lru_cache(maxsize=1)
def _arrays(name: str, shape: tuple[int, int, int]) -> Arrays:
    width, height, channels = shape
    return arrays_of(resolve(name, (width, height), channels=channels))


def _other(images: ImageSet) -> str:
    for name in SETS:
        if name == images.name:
            continue
        try:
            resolve(name)
        except AvanpError:
            continue
        return name
    raise AvanpError("there is no second set of images: avanp data fetch mnist")


def _tables(
    names: tuple[str, str], cells: Sequence[Cell], own: Rows, results: list[Result]
) -> list[dict[str, Any]]:
    """Return the table: each variant on each set, means over the seeds that did not diverge."""
    lines = []
    for variant in dict.fromkeys(cell["variant"] for cell in cells):
        there = [i for i, cell in enumerate(cells) if cell["variant"] == variant]
        sides = [
            [own[i] for i in there if own[i]["status"] == "ok"],
            [results[i].numbers for i in there if results[i].status == "ok"],
        ]
        for name, found in zip(names, sides, strict=True):
            lines.append(
                [f"{NAMES[variant]}, {name}", *_told(found), f"{len(found)} of {len(there)}"]
            )
    columns = ["", "M, mean |e|", "k", "k dropped", "diversity", "sharpness", "collapsed", "ended"]
    fixed = f"γ = {cells[0]['gamma']}, {str(cells[0]['loss']).upper()}"
    title = f"Two sets of images, {fixed}: means over seeds. {SAID}"
    return [{"id": "second-set", "title": title, "columns": columns, "rows": lines}]


def _told(found: Rows) -> list[str]:
    if not found:
        return ["–"] * 6
    mean = {n: fmean(r[n] for r in found) for n in ("m", "k", "diversity", "sharpness")}
    counts = [f"{sum(r[n] for r in found):.0f}" for n in ("k_dropped", "collapsed")]
    said = {name: f"{value:.3f}" for name, value in mean.items()}
    return [said["m"], said["k"], counts[0], said["diversity"], said["sharpness"], counts[1]]


def _sheet(cells: Sequence[Cell], results: list[Result]) -> bytes:
    """Return the images of the first seed on the second set, a row a variant."""
    seed = cells[0]["seed"]
    drawn = [
        (NAMES[cell["variant"]], result.pictures[""])
        for cell, result in zip(cells, results, strict=True)
        if cell["seed"] == seed and "" in result.pictures
    ]
    height, width = drawn[0][1].shape[1:3] if drawn else (1, 1)
    times = -(-ENLARGED // height)
    picture = draw_grid(
        [list(images) for _, images in drawn] or [[None]],
        (width * times, height * times),
        names=[name for name, _ in drawn],
    )
    content = BytesIO()
    picture.save(content, format="PNG")
    return content.getvalue()
