"""`jungle`: the built-in set, in the manner of the paper's own (36 images, 21 distinct)."""

import os

from avanp.data.card import Card
from avanp.data.decode import read_image
from avanp.data.images import ImageSet

FILE = os.path.join(os.path.dirname(__file__), "jungle.png")  # the distinct frames side by side
FRAMES = (
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 2, 4, 12, 8, 10,
    13, 14, 15, 16, 5, 17, 18, 11, 19, 15, 7, 20, 1, 3, 12, 9, 6, 14,
)  # fmt: skip

CARD = Card(
    name="jungle",
    what="a dragon or a tiger in a bamboo jungle, in the manner of orbit",
    origin="drawn by datasets/draw_jungle.py",
    licence="MIT",
    count=36,
    width=100,
    height=64,
    channels=3,
    pixel_sha256="cf74af98d9ba285b38f87cbf11ffb9f6d78d4cfd786199ebd36b0dcd93f06f0a",
)


def jungle() -> ImageSet:
    """Return the built-in set: 36 RGB images of 100x64 pixels, 21 of them distinct.

    An unchanging bamboo jungle with a dragon or a tiger at a varying place, as in the paper's set
    (Nguyen et al. 2024) but drawn anew, by ``datasets/draw_jungle.py``.
    """
    frames = read_image(FILE).reshape(CARD.height, -1, CARD.width, 3).swapaxes(0, 1)
    names = tuple(f"{i:02d}" for i in range(1, CARD.count + 1))
    return ImageSet(CARD.name, frames[list(FRAMES)], names, "built in")
