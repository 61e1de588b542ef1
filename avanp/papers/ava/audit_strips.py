"""Generated images in a grid with headings, and in a strip with captions, as PNG."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np

from avanp.pictures.grid import PAD, draw_grid

CELL = 132  # pixels
MOST_COLUMNS = 4


def grid_of_images(
    rows: Mapping[str, Sequence[np.ndarray | None]], columns: Sequence[str]
) -> bytes:
    """Draw rows of images (H, W, C), named at the left and at the top; None is a grey blank."""
    there = next((i for row in rows.values() for i in row if i is not None), None)
    size = (CELL, CELL if there is None else _height(there, CELL))
    return _png(list(rows.values()), size, names=list(rows), heads=columns)


def labelled_strip(items: Sequence[tuple[np.ndarray, str, str]]) -> bytes:
    """Draw images (H, W, C) in their order, four a row, two lines of text above each."""
    rows = [items[i : i + MOST_COLUMNS] for i in range(0, len(items), MOST_COLUMNS)]
    return _png(
        [[image for image, *_ in row] for row in rows],
        (2 * CELL, _height(items[0][0], 2 * CELL)),
        captions=[[f"{heading}\n{caption}" for _, heading, caption in row] for row in rows],
    )


def _height(image: np.ndarray, width: int) -> int:
    return max(1, round(image.shape[0] * width / image.shape[1]))


def _png(
    rows: Sequence[Sequence[np.ndarray | None]],
    size: tuple[int, int],
    *,
    names: Sequence[str] = (),
    heads: Sequence[str] = (),
    captions: Sequence[Sequence[str]] = (),
) -> bytes:
    page = draw_grid(
        rows, size, names=names, heads=heads, captions=captions, pad=2 * PAD, framed=True
    )
    content = BytesIO()
    # 256 colours: a third of the size, and no difference to be seen.
    page.quantize(256).save(content, "PNG", optimize=True)
    return content.getvalue()
