"""`lesions`: drawn spots in four classes, one of them rare, in the manner of `ham10000`.

They stand in for photographs where there are none: no dermatologist would be taken in. Drawn in
whole numbers from a generator of whole numbers, so that they are the same on every machine.
"""

from typing import NamedTuple

import numpy as np

from avanp.data.card import Card
from avanp.data.images import ImageSet, numbered

Array = np.ndarray
SIDE = 64
SEED = 2018


class Look(NamedTuple):
    """How lesions of a class look on the whole; single ones vary about it.

    Parameters
    ----------
    number : int
        Images; one in four is of the lesion before it.
    colour : (int, int, int)
        Of the lesion, RGB; skin is about (215, 165, 140).
    ragged : int
        How uneven the border is, of 100.
    mottled : int
        How uneven the colour is, of 100.
    pearls : int
        Bright spots.
    """

    number: int
    colour: tuple[int, int, int]
    ragged: int
    mottled: int
    pearls: int


LOOKS = {
    "bcc": Look(120, (190, 110, 105), 25, 25, 5),
    "bkl": Look(240, (150, 110, 85), 35, 50, 1),
    "mel": Look(240, (105, 70, 65), 55, 55, 1),
    "nv": Look(220, (130, 85, 70), 22, 22, 0),
}

CARD = Card(
    name="lesions",
    what="drawn lesions in four classes, in the manner of ham10000",
    origin="drawn by avanp/data/lesions.py",
    licence="MIT",
    count=sum(look.number for look in LOOKS.values()),
    width=SIDE,
    height=SIDE,
    channels=3,
    pixel_sha256="6877b34a22504056bfaed3f7d3f4c7870efe819ba4678c4ba185a142bc8ebd9d",
    label_sha256="3ad619527f4e06333e21e8f12da07cda772bfbda8f027de63a8a04bb102e643e",
)


def lesions() -> ImageSet:
    """Return the drawn set: 820 RGB images of 64×64 pixels in the classes bcc, bkl, mel and nv.

    `groups` are lesions: images of one show it turned, in another light.
    """
    rng = np.random.Generator(np.random.PCG64(SEED))
    images: list[Array] = []
    labels: list[int] = []
    groups: list[int] = []
    for label, look in enumerate(LOOKS.values()):
        spot = None
        for i in range(look.number):
            if i % 4 != 3 or spot is None:
                spot = _spot(look, rng)
                groups.append(groups[-1] + 1 if groups else 0)
            else:
                groups.append(groups[-1])
            images.append(_photographed(spot, rng))
            labels.append(label)
    return ImageSet(
        CARD.name,
        np.stack(images),
        numbered(len(images)),
        "built in",
        labels=np.array(labels),
        classes=tuple(LOOKS),
        groups=np.array(groups),
    )


def _spot(look: Look, rng: np.random.Generator) -> Array:
    """Return a lesion on skin, (64, 64, 3) whole numbers."""
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE // 2
    x, y = x - rng.integers(-5, 6), y - rng.integers(-5, 6)
    wide, high = (int(v) for v in rng.integers(11, 24, 2))
    # 1024 in the middle, 0 at the border of an ellipse, less beyond.
    inside = 1024 - 1024 * x * x // (wide * wide) - 1024 * y * y // (high * high)
    ragged = max(0, look.ragged + int(rng.integers(-15, 16)))
    inside = inside + ragged * _clouds(5, rng) // 12 + ragged * _clouds(17, rng) // 30
    opacity = (inside + 100).clip(0, 256)[..., None]
    skin = np.array([215, 165, 140]) + rng.integers(-15, 16) + _clouds(4, rng)[..., None] // 24
    colour = np.array(look.colour) + rng.integers(-22, 23, 3)
    mottled = max(0, look.mottled + int(rng.integers(-15, 16)))
    spread = mottled * _clouds(7, rng) // 200 + mottled * _clouds(25, rng) // 300
    lesion = colour + spread[..., None] * np.array([4, 3, 3]) // 4
    for _ in range(rng.integers(0, look.pearls + 1)):
        at = rng.integers(-wide // 2, wide // 2 + 1, 2)
        bright = (60 - 12 * ((x - at[0]) ** 2 + (y - at[1]) ** 2)).clip(0)
        lesion = lesion + bright[..., None]
    mixed: Array = (skin * (256 - opacity) + lesion * opacity) >> 8
    return mixed


def _photographed(spot: Array, rng: np.random.Generator) -> Array:
    """Return the lesion turned by quarters, in some light and with grain, as bytes."""
    turned = np.rot90(spot, int(rng.integers(4)))
    if rng.integers(2):
        turned = turned[:, ::-1]
    light = int(rng.integers(230, 283))
    grain = rng.integers(-4, 5, (SIDE, SIDE, 1))
    return ((turned * light >> 8) + grain).clip(0, 255).astype(np.uint8)


def _clouds(cells: int, rng: np.random.Generator) -> Array:
    """Return smooth noise (64, 64) from -256 to 256: a grid of numbers, bilinear between them."""
    grid = rng.integers(-256, 257, (cells + 1, cells + 1))
    at = np.arange(SIDE) * cells * 256 // SIDE
    low, part = at >> 8, at & 255
    rows = grid[low] * (256 - part)[:, None] + grid[low + 1] * part[:, None] >> 8
    found: Array = rows[:, low] * (256 - part) + rows[:, low + 1] * part >> 8
    return found
