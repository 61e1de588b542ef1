"""Generated images in a grid with headings, and in a strip with captions, as PNG."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from avanp.data.sheet import PAPER, TEXT
from avanp.pictures.pixels import to_rgb

if TYPE_CHECKING:
    from PIL import Image

CELL, MARGIN, GAP, FONT = 132, 12, 8, 15  # pixels
MOST_COLUMNS = 4
BORDER, BLANK = "#c8c8c8", "#e4e4e4"  # an image may be white on white


def grid_of_images(
    rows: Mapping[str, Sequence[np.ndarray | None]], columns: Sequence[str]
) -> bytes:
    """Draw rows of images (H, W, C), named at the left and at the top; None is a grey blank."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(FONT)
    there = next((i for row in rows.values() for i in row if i is not None), None)
    size = (CELL, CELL) if there is None else _size(there, CELL)
    left = MARGIN + max(int(font.getlength(name)) for name in rows) + MARGIN
    line = FONT + 2 * GAP
    page = Image.new(
        "RGB",
        (
            left + len(columns) * (size[0] + GAP) - GAP + MARGIN,
            MARGIN + line + len(rows) * (size[1] + GAP) - GAP + MARGIN,
        ),
        PAPER,
    )
    draw = ImageDraw.Draw(page)
    for j, name in enumerate(columns):
        x = left + j * (size[0] + GAP) + size[0] // 2
        draw.text((x, MARGIN + line // 2), name, TEXT, font, anchor="mm")
    for i, (name, images) in enumerate(rows.items()):
        y = MARGIN + line + i * (size[1] + GAP)
        draw.text((MARGIN, y + size[1] // 2), name, TEXT, font, anchor="lm")
        for j, image in enumerate(images):
            page.paste(_framed(image, size), (left + j * (size[0] + GAP), y))
    return _png(page)


def labelled_strip(items: Sequence[tuple[np.ndarray, str, str]]) -> bytes:
    """Draw images (H, W, C) in their order, four a row, two lines of text under each."""
    from PIL import Image, ImageDraw, ImageFont

    large, small = ImageFont.load_default(FONT + 3), ImageFont.load_default(FONT)
    size = _size(items[0][0], 2 * CELL)
    foot = 3 * FONT + 2 * GAP
    columns = min(MOST_COLUMNS, len(items))
    lines = -(-len(items) // columns)
    page = Image.new(
        "RGB",
        (
            2 * MARGIN + columns * (size[0] + 2 * GAP) - 2 * GAP,
            2 * MARGIN + lines * (size[1] + foot + GAP) - GAP,
        ),
        PAPER,
    )
    draw = ImageDraw.Draw(page)
    for i, (image, heading, caption) in enumerate(items):
        x = MARGIN + i % columns * (size[0] + 2 * GAP)
        y = MARGIN + i // columns * (size[1] + foot + GAP)
        page.paste(_framed(image, size), (x, y))
        draw.text((x, y + size[1] + GAP // 2), heading, TEXT, large)
        # Pillow's own font has no Greek.
        draw.text(
            (x, y + size[1] + GAP // 2 + FONT + GAP), caption.replace("γ", "rate"), TEXT, small
        )
    return _png(page)


def _size(image: np.ndarray, width: int) -> tuple[int, int]:
    return width, max(1, round(image.shape[0] * width / image.shape[1]))


def _framed(image: np.ndarray | None, size: tuple[int, int]) -> "Image.Image":
    from PIL import Image, ImageOps

    if image is None:
        return Image.new("RGB", size, BLANK)
    inner = (size[0] - 2, size[1] - 2)
    way = Image.Resampling.NEAREST if inner[0] > image.shape[1] else Image.Resampling.LANCZOS
    picture = Image.fromarray(to_rgb(image[None])[0]).resize(inner, way)
    return ImageOps.expand(picture, 1, BORDER)


def _png(page: "Image.Image") -> bytes:
    content = BytesIO()
    # 256 colours: a third of the size, and no difference to be seen.
    page.quantize(256).save(content, "PNG", optimize=True)
    return content.getvalue()
