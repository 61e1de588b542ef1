"""A gallery as one picture, at a size to look at."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from avanp.pictures.grid import PAD, draw_grid
from avanp.report.gallery import Gallery
from avanp.report.strips import read_strip

if TYPE_CHECKING:
    from PIL.Image import Image

LEAST_HEIGHT, MOST_HEIGHT = 48, 128  # of an image, in pixels


def sheet(gallery: Gallery) -> "Image":
    """Return the gallery as one picture, with a blank for each strip that is not there.

    Small images are enlarged, large ones reduced; each has a border.

    Raises
    ------
    AvanpError
        For a strip that is not an image.
    """
    rows = [[_images(p.path, gallery.image_width) for p in row] for _, row in gallery.rows]
    there = [images for row in rows for images in row if images]
    height, width = there[0][0].shape[:2]
    number = max(map(len, there))
    shown = min(height * -(-LEAST_HEIGHT // height), MOST_HEIGHT)
    cells = [
        [image for images in row for image in (*images, *[None] * (number - len(images)))]
        for row in rows
    ]
    return draw_grid(
        cells,
        (max(1, width * shown // height), shown),
        names=[name for name, _ in gallery.rows],
        heads=gallery.columns,
        title=gallery.title,
        group=number,
        pad=2 * PAD,
        framed=True,
    )


def _images(path: Path, width: int) -> list[np.ndarray]:
    """Return the images of a strip, none where it is not there."""
    if not path.exists():
        return []
    strip = read_strip(path)
    number = max(1, strip.shape[1] // max(1, width))
    return np.array_split(strip[:, : number * width] if width else strip, number, axis=1)
