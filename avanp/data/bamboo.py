"""The unchanging background of the built-in set: a bamboo jungle in bright mist."""

import numpy as np

from avanp.data.canvas import SUB, Colour, Dice, glow, leaf, reduce, stalk

PALE = (172, 200, 140)
MISTY = (120, 170, 96)
GREEN = (66, 122, 54)
YELLOW = (176, 178, 24)
LEAF_FAR = (150, 190, 130)
LEAF_NEAR = (34, 112, 34)

# (x at the top, x at the bottom, width, joint spacing) in pixels, far to near.
FAR_STALKS = ((27, 22, 2, 12), (44, 45, 5, 15), (57, 62, 3, 13), (61, 52, 2, 11), (76, 78, 3, 12))
MIDDLE_STALKS = ((3, 9, 3, 13), (22, 16, 2, 11), (15, 13, 2, 10), (79, 90, 2, 12), (97, 93, 3, 12))
NEAR_STALKS = (
    (8, 5, 3, 14), (19, 12, 3, 15), (25, 19, 2, 12), (-1, 1, 3, 13),
    (84, 88, 3, 13), (91, 97, 2, 14), (95, 98, 4, 16), (87, 83, 2, 15),
)  # fmt: skip
GOLDEN_STALKS = ((-2, 21, 3, 12), (69, 68, 5, 16))

# Directions of a spray of leaves, in pixels: bamboo leaves hang.
SPRAY = ((-7, 1), (-6, 4), (-4, 6), (-1, 8), (2, 7), (5, 6), (7, 3), (7, 0), (5, -3), (-5, -3))

FAR_SPRAYS = ((38, 4), (47, 2), (52, 12), (41, 14), (33, 40), (39, 43), (55, 24), (28, 8))
NEAR_SPRAYS = (
    (2, 6), (8, 3), (14, 5), (20, 3), (26, 6), (31, 2), (5, 11), (17, 11), (25, 13), (30, 10),
    (24, 20), (13, 17), (54, 3), (60, 1), (66, 8), (72, 4), (78, 2), (67, 15), (73, 12),
    (84, 6), (90, 3), (96, 8), (80, 11), (91, 13), (64, 22), (97, 18), (75, 41), (82, 40),
    (88, 43), (79, 46), (96, 38),
)  # fmt: skip
TWIGS = ((1, 36, 14, -14), (8, 46, 12, -16), (30, 30, -12, 8), (62, 38, 14, -10), (90, 30, -10, 16))
BIRDS = ((14, 18), (43, 27), (26, 45))


def background() -> np.ndarray:
    """Return the (64, 100, 3) uint8 background, the same bytes on every machine."""
    canvas = mist().repeat(SUB, axis=0).repeat(SUB, axis=1)  # (256, 400, 3)
    dice = Dice(36)
    _stalks(canvas, dice, FAR_STALKS, PALE, 150)
    _sprays(canvas, dice, FAR_SPRAYS, LEAF_FAR, 150)
    _stalks(canvas, dice, MIDDLE_STALKS, MISTY, 220)
    for x, y0, dx, dy in TWIGS:
        leaf(canvas, x * SUB, y0 * SUB, dx * SUB, dy * SUB, (70, 110, 60), slender=22)
    _stalks(canvas, dice, NEAR_STALKS, GREEN, 256)
    _stalks(canvas, dice, GOLDEN_STALKS, YELLOW, 256)
    _sprays(canvas, dice, NEAR_SPRAYS, LEAF_NEAR, 236)
    for x, y0 in BIRDS:
        leaf(canvas, x * SUB, y0 * SUB, -3 * SUB, -2 * SUB, (40, 52, 40), slender=3)
        leaf(canvas, x * SUB, y0 * SUB, 3 * SUB, -2 * SUB, (40, 52, 40), slender=3)
    return reduce(canvas)


def mist() -> np.ndarray:
    """Return the (64, 100, 3) int32 light behind the bamboo."""
    y = np.arange(64, dtype=np.int32)[:, None, None]
    sky = np.array((168, 200, 126)) + np.array((36, 26, 50)) * y // 64
    light = np.repeat(sky, 100, axis=1).astype(np.int32)
    glow(light, 46, 30, 40, 34, (218, 230, 136), 210)
    glow(light, 92, 62, 40, 28, (250, 253, 236), 240)
    glow(light, 36, 62, 32, 16, (242, 247, 206), 210)
    glow(light, 14, 26, 18, 14, (246, 249, 232), 190)
    return light


def _stalks(
    canvas: np.ndarray,
    dice: Dice,
    stalks: tuple[tuple[int, int, int, int], ...],
    colour: Colour,
    opacity: int,
) -> None:
    for top, bottom, width, joint in stalks:
        first = dice.draw(0, joint * SUB)
        stalk(
            canvas,
            top * SUB,
            bottom * SUB,
            width * SUB,
            colour,
            joint=joint * SUB,
            first=first,
            opacity=opacity,
        )


def _sprays(
    canvas: np.ndarray,
    dice: Dice,
    sprays: tuple[tuple[int, int], ...],
    colour: Colour,
    opacity: int,
) -> None:
    for x, y in sprays:
        for dx, dy in SPRAY:
            length = dice.draw(50, 110)  # per cent
            tone = dice.draw(-24, 30)
            red, green, blue = (min(max(c + tone, 0), 255) for c in colour)
            leaf(
                canvas,
                x * SUB + dice.draw(-4, 4),
                y * SUB + dice.draw(-4, 4),
                dx * SUB * length // 100,
                dy * SUB * length // 100,
                (red, green, blue),
                slender=4,
                opacity=opacity,
            )
