"""Sheets of images: many on a page, and named rows that belong together column by column."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from avanp.errors import AvanpError
from avanp.pictures.grid import PAD, PAGE_WIDTH, cell_size, draw_grid
from avanp.pictures.pixels import to_rgb

if TYPE_CHECKING:
    from PIL import Image

PAGE_RATIO = 1.4  # width to height of a pleasant sheet
COLUMNS = 8  # at most, of named rows
MOST_SIDE = 192  # pixels: to which images of named rows are enlarged at most
MAX_ROWS = 60  # of images, all bands together


def contact_sheet(
    images: np.ndarray,
    *,
    columns: int | None = None,
    scale: int | None = None,
    labels: Sequence[str] | None = None,
    pad: int = PAD,
) -> "Image.Image":
    """Lay out images row by row on one page.

    Parameters
    ----------
    images : (N, H, W, 3) uint8
        RGB images, N >= 1.
    columns : int, optional
        Images a row; chosen for a page a little wider than high if not given.
    scale : int, optional
        Each pixel becomes scale x scale pixels. If not given, small images are enlarged so, and
        large ones reduced, to a page about 1400 pixels wide.
    labels : sequence of N str, optional
        A line above each image, shortened to its width.
    pad : int
        Pixels between the images and around them.

    Raises
    ------
    AvanpError
        If the page would be too large, or an argument does not fit.
    """
    if images.ndim != 4 or images.shape[3] != 3 or images.dtype != np.uint8 or not len(images):
        raise AvanpError(f"a sheet needs (N, H, W, 3) uint8, not {images.shape} {images.dtype}")
    if labels is not None and len(labels) != len(images):
        raise AvanpError(f"{len(images)} images need as many labels, not {len(labels)}")
    count, height, width = images.shape[:3]
    if columns is None:
        columns = _columns(count, width, height)
    if columns < 1 or pad < 0 or (scale is not None and scale < 1):
        raise AvanpError(f"a sheet of {columns} columns, scale {scale}, pad {pad} holds no image")
    size = (width * (scale or 1), height * (scale or 1))
    if scale is None:
        size = cell_size(width, height, max(PAGE_WIDTH // columns - pad, 1), PAGE_WIDTH)
    starts = range(0, count, columns)
    captions = () if labels is None else [labels[i : i + columns] for i in starts]
    rows = [list(images[i : i + columns]) for i in starts]
    return draw_grid(rows, size, captions=captions, pad=pad)


def labelled_rows(rows: Mapping[str, np.ndarray]) -> "Image.Image":
    """Draw rows of images (N, H, W, C), one under the other, each with its name at the left.

    Column j holds what belongs together. What is too long for the page goes on in a further band
    below. Small images are enlarged by whole numbers, pixel by pixel; large ones are reduced.

    Parameters
    ----------
    rows : mapping of str to array
        Names, and as many images of one size in each: uint8, or floats in [0, 1].
    """
    pixels = {name: to_rgb(images) for name, images in rows.items()}
    shapes = {images.shape for images in pixels.values()}
    if len(shapes) != 1:
        raise AvanpError(f"rows must hold as many images of one size, not {sorted(shapes)}")
    n, height, width, _ = shapes.pop()
    bands = -(-n // COLUMNS)
    columns = -(-n // bands)
    if bands * len(rows) > MAX_ROWS:
        most = COLUMNS * (MAX_ROWS // len(rows))
        raise AvanpError(f"{n} images are too many for one picture: give -n {most} or less")
    room = min((PAGE_WIDTH - 150) // columns - PAD, MOST_SIDE * width // max(width, height))
    drawn = [
        (name, list(images[band * columns : (band + 1) * columns]))
        for band in range(bands)
        for name, images in pixels.items()
    ]
    return draw_grid(
        [images for _, images in drawn],
        cell_size(width, height, max(1, room), MOST_SIDE),
        names=[name for name, _ in drawn],
        band=len(rows),
    )


def _columns(count: int, width: int, height: int) -> int:
    """Return the number of columns nearest to `PAGE_RATIO` that leaves few cells empty."""

    def cost(columns: int) -> float:
        rows = -(-count // columns)
        ratio = columns * width / (rows * height)
        return abs(math.log(ratio / PAGE_RATIO)) + 1.5 * (rows * columns - count) / count

    ideal = math.sqrt(PAGE_RATIO * count * height / width)
    low, high = max(1, int(ideal / 2)), min(count, int(2 * ideal) + 1)
    return min(range(min(low, count), high + 1), key=cost)
