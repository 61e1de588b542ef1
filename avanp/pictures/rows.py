"""Rows of images under each other, each row with its name: originals above reconstructions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from avanp.data.sheet import PAPER, TEXT
from avanp.errors import AvanpError
from avanp.pictures.pixels import to_rgb

if TYPE_CHECKING:
    from PIL.Image import Image

COLUMNS = 8  # at most
WIDTH, MOST = 1400, 192  # pixels: of the page, of an image's longer side
GAP, MARGIN, BETWEEN, FONT = 4, 8, 16, 16
MAX_ROWS = 60  # of images, all bands together


def labelled_rows(rows: Mapping[str, np.ndarray]) -> "Image":
    """Draw rows of images (N, H, W, C), one under the other, each with its name at the left.

    Column j holds what belongs together. What is too long for the page goes on in a further band
    below. Small images are enlarged by whole numbers, pixel by pixel; large ones are reduced.

    Parameters
    ----------
    rows : mapping of str to array
        Names, and as many images of one size in each: uint8, or floats in [0, 1].
    """
    from PIL import Image, ImageDraw, ImageFont

    pixels = {name: to_rgb(images) for name, images in rows.items()}
    shapes = {images.shape for images in pixels.values()}
    if len(shapes) != 1:
        raise AvanpError(f"rows must hold as many images of one size, not {sorted(shapes)}")
    n, height, width, _ = shapes.pop()
    font = ImageFont.load_default(FONT)
    left = MARGIN + max(int(font.getlength(name)) for name in rows) + MARGIN
    bands = -(-n // COLUMNS)
    columns = -(-n // bands)
    if bands * len(rows) > MAX_ROWS:
        most = COLUMNS * (MAX_ROWS // len(rows))
        raise AvanpError(f"{n} images are too many for one picture: give -n {most} or less")
    w, h = _fit(width, height, (WIDTH - left) // columns - GAP)
    band_height = len(rows) * (h + GAP) + BETWEEN
    size = (left + columns * (w + GAP) + MARGIN, 2 * MARGIN + bands * band_height - BETWEEN - GAP)
    page = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(page)
    way = Image.Resampling.NEAREST if w >= width else Image.Resampling.LANCZOS
    for band in range(bands):
        for i, (name, images) in enumerate(pixels.items()):
            top = MARGIN + band * band_height + i * (h + GAP)
            draw.text((left - MARGIN, top + h // 2), name, TEXT, font, anchor="rm")
            for j, image in enumerate(images[band * columns : (band + 1) * columns]):
                cell = Image.fromarray(image).resize((w, h), way)
                page.paste(cell, (left + j * (w + GAP), top))
    return page


def _fit(width: int, height: int, room: int) -> tuple[int, int]:
    """Return the size at which an image is drawn, for columns of about `room` pixels."""
    longer = max(width, height)
    room = min(room, MOST)
    if longer <= room:
        return width * (room // longer), height * (room // longer)
    return max(1, width * room // longer), max(1, height * room // longer)
