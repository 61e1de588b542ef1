"""A sheet of generated images for each model: how they change with the learning rate."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from avanp.data.decode import read_image
from avanp.errors import AvanpError
from avanp.files import write_whole
from avanp.report.samples import strip_path
from avanp.report.text import rate

if TYPE_CHECKING:
    from PIL.Image import Image

LEAST_HEIGHT, MOST_HEIGHT = 48, 128  # of an image on the sheet, in pixels
MOST_ROWS = 200  # of more rates some are shown, evenly spaced
MARGIN, GAP, BETWEEN, HEAD, LABEL = 16, 4, 24, 108, 124
PAPER, INK, BLANK, FAINT = "#ffffff", "#1a1a1a", "#e4e4e4", "#8a8a8a"
BORDER = "#c8c8c8"  # an image may be white on white
NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}


def write_sheets(directory: Path, config: Mapping[str, Any]) -> list[Path]:
    """Write ``sheets/{model}.png`` for each model that has strips in ``samples/``.

    A sheet has a row for each learning rate, from high to low, and a column for each rule set. A
    cell shows the strip ``samples/{rules}-{model}-{lr:g}.png``, generated images side by side, each
    in a thin border; a grey blank stands where there is none (the run diverged or failed, or
    is still to do, or its strip is gone).

    Parameters
    ----------
    directory : Path
        The folder of the run.
    config : dict
        The content of ``run.json``.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    AvanpError
        For a strip that is not an image.
    """
    written = []
    for model in config["models"]:
        rates = sorted(config["lr"], reverse=True)
        rates = rates[:: -(-len(rates) // MOST_ROWS)]
        strips = [
            [_strip(strip_path(directory, rules, model, lr)) for rules in config["rules"]]
            for lr in rates
        ]
        if any(strip is not None for row in strips for strip in row):
            path = directory / "sheets" / f"{model}.png"
            content = BytesIO()
            _sheet(model, rates, strips, config).save(content, format="PNG")
            write_whole(path, content.getvalue())
            written.append(path)
    return written


def _strip(path: Path) -> "Image | None":
    from PIL import Image

    if not path.exists():
        return None
    try:
        return Image.fromarray(read_image(str(path)))
    except AvanpError as error:
        raise AvanpError(f"{error}; run the sweep again") from None


def _sheet(
    model: str,
    rates: Sequence[float],
    strips: "Sequence[Sequence[Image | None]]",
    config: Mapping[str, Any],
) -> "Image":
    from PIL import Image, ImageDraw, ImageFont

    shown = [[_spaced(strip, config["data"]["width"]) for strip in row] for row in strips]
    there = [strip for row in shown for strip in row if strip is not None]
    width, height = max(strip.width for strip in there), max(strip.height for strip in there)
    large, small = ImageFont.load_default(22), ImageFont.load_default(17)
    title = f"{model}: generated images, data {config['data']['name']}"
    subtitle = _subtitle(strips, config)
    lefts = [MARGIN + LABEL + i * (width + BETWEEN) for i in range(len(config["rules"]))]
    size = (
        MARGIN
        + max(
            lefts[-1] + width,
            MARGIN + int(large.getlength(title)),
            MARGIN + int(small.getlength(subtitle)),
        ),
        HEAD + len(rates) * (height + GAP) - GAP + MARGIN,
    )
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, 12), title, INK, large)
    draw.text((MARGIN, 44), subtitle, INK, small)
    # Pillow's own font has no Greek.
    draw.text((MARGIN, HEAD - 26), "learning rate", INK, small)
    for left, rules in zip(lefts, config["rules"], strict=True):
        draw.text((left, HEAD - 26), rules, INK, small)
    for row, lr in enumerate(rates):
        top = HEAD + row * (height + GAP)
        draw.text((MARGIN, top + height // 2), rate(lr), INK, small, anchor="lm")
        for left, strip in zip(lefts, shown[row], strict=True):
            if strip is None:
                _blank(draw, left, top, width, height)
            else:
                sheet.paste(strip, (left, top))
    return sheet


def _subtitle(strips: "Sequence[Sequence[Image | None]]", config: Mapping[str, Any]) -> str:
    """What a cell shows; the sweep keeps the images of the first seed."""
    cells = [strip for row in strips for strip in row]
    number = max(strip.width // config["data"]["width"] for strip in cells if strip is not None)
    images = "image" if number == 1 else "images"
    text = f"{NUMBERS.get(number, number)} generated {images} a cell, seed {config['seeds'][0]}"
    return text + ("; grey: diverged, failed, not run yet or lost" if None in cells else "")


def _spaced(strip: "Image | None", image_width: int) -> "Image | None":
    """The images of a strip, bordered and apart; small ones enlarged, large ones reduced."""
    from PIL import Image, ImageOps

    if strip is None:
        return None
    height = min(strip.height * -(-LEAST_HEIGHT // strip.height), MOST_HEIGHT)
    width = max(1, image_width * height // strip.height)
    way = Image.Resampling.NEAREST if height >= strip.height else Image.Resampling.LANCZOS
    number = max(1, strip.width // image_width)
    pitch = width + 2 + GAP  # a border of one pixel on each side
    spaced = Image.new("RGB", (number * pitch - GAP, height + 2), PAPER)
    for i in range(number):
        image = strip.crop((i * image_width, 0, (i + 1) * image_width, strip.height))
        framed = ImageOps.expand(image.resize((width, height), way), 1, BORDER)
        spaced.paste(framed, (i * pitch, 0))
    return spaced


def _blank(draw: Any, x: int, y: int, width: int, height: int) -> None:
    draw.rectangle((x, y, x + width - 1, y + height - 1), fill=BLANK)
    middle = (x + width // 2, y + height // 2)
    draw.line((middle[0] - 8, middle[1], middle[0] + 8, middle[1]), fill=FAINT, width=2)
