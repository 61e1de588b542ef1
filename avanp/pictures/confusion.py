"""A confusion matrix as a picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from avanp.pictures.grid import draw_grid

if TYPE_CHECKING:
    from PIL import Image

CELL = (84, 48)  # pixels
DARK = np.array([0.13, 0.33, 0.56])


def confusion_picture(matrix: np.ndarray, classes: Sequence[str]) -> "Image.Image":
    """Draw counts (K, K), row the true class; the larger its share of a row, the darker a cell."""
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    cells = 1 - shares[..., None] * (1 - DARK)  # (K, K, 3)
    return draw_grid(
        [[cell[None, None] for cell in row] for row in cells],
        CELL,
        names=list(classes),
        heads=list(classes),
        captions=[[str(count) for count in row] for row in matrix],
        title="Confusion\nrows: the true class, columns: the predicted one",
        framed=True,
    )
