"""`jungle`: the built-in set, drawn in the manner of the paper's own (36 images, 21 distinct)."""

import numpy as np

from avanp.data.bamboo import background
from avanp.data.card import Card
from avanp.data.images import ImageSet
from avanp.data.sprites import dragon, tiger

# The orbit: the upper left corners (x, y) of the figure, in pixels, around the picture.
ORBIT = (
    (0, 41), (11, 28), (24, 18), (38, 8), (54, 1), (78, 3),
    (77, 19), (70, 32), (58, 42), (40, 34), (20, 42), (2, 6),
)  # fmt: skip
# One frame an image: who (d dragon, t tiger) is at which place of the orbit.
FRAMES = (
    "d0 d1 d2 d3 d4 d5 t6 t7 t8 t9 t10 t11 "
    "d0 d2 d4 d6 t8 t10 t0 t2 d9 d7 d5 t3 "
    "t1 t11 d10 d9 t7 t5 d1 d3 d6 t9 t6 t2"
)

CARD = Card(
    name="jungle",
    what="a dragon or a tiger in a bamboo jungle, in the manner of orbit",
    origin="drawn by avanp/data/jungle.py",
    licence="MIT",
    count=36,
    width=100,
    height=64,
    channels=3,
    pixel_sha256="cf74af98d9ba285b38f87cbf11ffb9f6d78d4cfd786199ebd36b0dcd93f06f0a",
)


def jungle() -> ImageSet:
    """Draw the built-in set: 36 RGB images of 100x64 pixels, 21 of them distinct.

    An unchanging bamboo jungle with a dragon or a tiger at a varying place, as in the paper's set
    (Nguyen et al. 2024) but drawn anew. The same bytes on every machine.
    """
    frames = FRAMES.split()
    images = np.repeat(background()[None], len(frames), axis=0)  # (36, 64, 100, 3)
    figures = {"d": dragon(), "t": tiger()}
    for image, frame in zip(images, frames, strict=True):
        figure = figures[frame[0]]
        x, y = ORBIT[int(frame[1:])]
        image[y : y + figure.shape[0], x : x + figure.shape[1]] = figure
    names = tuple(f"{i:02d}" for i in range(1, len(frames) + 1))
    return ImageSet("jungle", images, names, "built in")
